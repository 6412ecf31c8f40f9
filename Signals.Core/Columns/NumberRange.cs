namespace Signals.Core.Columns;

/// <summary>
/// Which numbers a kind of column holds, as far as it decides whether one kind holds all numbers of another. Immutable, for any thread.
/// <c>default</c> holds no numbers.
/// </summary>
/// <param name="Bits">How many bits a whole number may have so that the kind holds every such number, without the sign.</param>
/// <param name="IsSigned">Whether it holds negative numbers.</param>
/// <param name="IsFloat">Whether it holds fractions, infinities and NaN.</param>
internal readonly record struct NumberRange(int Bits, bool IsSigned, bool IsFloat)
{
    /// <summary>The range of a scalar kind, or of one component of a vector.</summary>
    public static NumberRange Of(ColumnKind kind) => kind switch
    {
        ColumnKind.Int8 or ColumnKind.VectorInt8 => new(7, IsSigned: true, IsFloat: false),
        ColumnKind.UInt8 => new(8, IsSigned: false, IsFloat: false),
        ColumnKind.Int16 => new(15, IsSigned: true, IsFloat: false),
        ColumnKind.UInt16 => new(16, IsSigned: false, IsFloat: false),
        ColumnKind.Int32 => new(31, IsSigned: true, IsFloat: false),
        ColumnKind.UInt32 => new(32, IsSigned: false, IsFloat: false),
        ColumnKind.Int64 => new(63, IsSigned: true, IsFloat: false),
        ColumnKind.UInt64 => new(64, IsSigned: false, IsFloat: false),
        ColumnKind.Float16 or ColumnKind.VectorFloat16 => new(11, IsSigned: true, IsFloat: true),
        ColumnKind.Float32 or ColumnKind.VectorFloat32 => new(24, IsSigned: true, IsFloat: true),
        ColumnKind.Float64 => new(53, IsSigned: true, IsFloat: true),
        _ => default,
    };

    /// <summary>Whether every number of another range is in this one.</summary>
    public bool Holds(NumberRange other) =>
        other.Bits > 0 && Bits >= other.Bits && (IsSigned || !other.IsSigned) && (IsFloat || !other.IsFloat);
}
