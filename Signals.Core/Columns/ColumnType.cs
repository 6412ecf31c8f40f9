using System.Runtime.CompilerServices;
using Signals.Core.Columns;

namespace Signals;

/// <summary>
/// The type of a column: its kind and, for vectors, the number of elements per row. Immutable, safe for any thread.
/// <c>default</c> is not a valid type.
/// </summary>
public readonly struct ColumnType : IEquatable<ColumnType>
{
    private ColumnType(ColumnKind kind, int dimensions)
    {
        Kind = kind;
        Dimensions = dimensions;
        Width = dimensions * ElementWidth(kind);
    }

    /// <summary>What kind of value a row holds.</summary>
    public ColumnKind Kind { get; }

    /// <summary>Elements per row: 1 unless the column is a vector.</summary>
    public int Dimensions { get; }

    /// <summary>The bytes per row; 0 when rows differ in length.</summary>
    public int Width { get; }

    /// <summary>True for text and bytes.</summary>
    public bool IsVariable => Kind is ColumnKind.Text or ColumnKind.Bytes;

    /// <summary>True when a row is a fixed number of elements.</summary>
    public bool IsVector => Kind >= ColumnKind.VectorInt8;

    /// <summary>True for whole numbers, signed or unsigned, but not for booleans.</summary>
    internal bool IsInteger => Kind is >= ColumnKind.Int8 and <= ColumnKind.UInt64;

    /// <summary>UTF-8 text.</summary>
    public static ColumnType Text => new(ColumnKind.Text, 1);

    /// <summary>Bytes of any length.</summary>
    public static ColumnType Bytes => new(ColumnKind.Bytes, 1);

    /// <summary>The column type of one <typeparamref name="T"/> per row.</summary>
    /// <exception cref="NotSupportedException">No column holds a <typeparamref name="T"/>.</exception>
    public static ColumnType Scalar<T>()
        where T : unmanaged => new(Known(ScalarKind<T>(), typeof(T)), 1);

    /// <summary>The column type of <paramref name="dimensions"/> elements of <typeparamref name="T"/> per row.</summary>
    /// <exception cref="NotSupportedException">No vector holds a <typeparamref name="T"/>.</exception>
    public static ColumnType Vector<T>(int dimensions)
        where T : unmanaged => FromKind(Known(VectorKind<T>(), typeof(T)), dimensions);

    /// <summary>The column type of a persisted kind and dimension count.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The kind is unknown, or the dimensions do not fit it.</exception>
    public static ColumnType FromKind(ColumnKind kind, int dimensions = 1)
    {
        if (!Enum.IsDefined(kind))
        {
            throw new ArgumentOutOfRangeException(nameof(kind), $"Column kind {(byte)kind} is unknown to this version.");
        }

        int most = kind >= ColumnKind.VectorInt8 ? int.MaxValue / sizeof(float) : 1;
        if (dimensions < 1 || dimensions > most)
        {
            throw new ArgumentOutOfRangeException(nameof(dimensions), $"{kind} takes 1 to {most} dimensions, not {dimensions}.");
        }

        return new ColumnType(kind, dimensions);
    }

    /// <summary>True when each row is one <typeparamref name="T"/>.</summary>
    public bool Accepts<T>()
        where T : unmanaged => Kind == ScalarKind<T>() && Kind != 0;

    /// <summary>True when each row is a vector of <typeparamref name="T"/>.</summary>
    public bool AcceptsVector<T>()
        where T : unmanaged => Kind == VectorKind<T>() && Kind != 0;

    /// <summary>
    /// Whether every value of another type is, exactly, a value of this one: the same number, or a vector of the same numbers. So also for
    /// the type itself.
    /// </summary>
    internal bool Holds(ColumnType other) => this == other
        || (other.Dimensions == Dimensions && other.IsVector == IsVector && NumberRange.Of(Kind).Holds(NumberRange.Of(other.Kind)));

    /// <inheritdoc/>
    public bool Equals(ColumnType other) => Kind == other.Kind && Dimensions == other.Dimensions;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ColumnType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Dimensions);

    /// <inheritdoc/>
    public override string ToString() => IsVector ? $"{Kind}[{Dimensions}]" : Kind.ToString();

    /// <summary>Whether kind and dimensions are equal.</summary>
    public static bool operator ==(ColumnType left, ColumnType right) => left.Equals(right);

    /// <summary>Whether kind or dimensions differ.</summary>
    public static bool operator !=(ColumnType left, ColumnType right) => !left.Equals(right);

    // The JIT evaluates each comparison at compile time, so a call costs one load of an immediate.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ColumnKind ScalarKind<T>() =>
        typeof(T) == typeof(bool) ? ColumnKind.Boolean
        : typeof(T) == typeof(sbyte) ? ColumnKind.Int8
        : typeof(T) == typeof(byte) ? ColumnKind.UInt8
        : typeof(T) == typeof(short) ? ColumnKind.Int16
        : typeof(T) == typeof(ushort) ? ColumnKind.UInt16
        : typeof(T) == typeof(int) ? ColumnKind.Int32
        : typeof(T) == typeof(uint) ? ColumnKind.UInt32
        : typeof(T) == typeof(long) ? ColumnKind.Int64
        : typeof(T) == typeof(ulong) ? ColumnKind.UInt64
        : typeof(T) == typeof(Half) ? ColumnKind.Float16
        : typeof(T) == typeof(float) ? ColumnKind.Float32
        : typeof(T) == typeof(double) ? ColumnKind.Float64
        : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ColumnKind VectorKind<T>() =>
        typeof(T) == typeof(sbyte) ? ColumnKind.VectorInt8
        : typeof(T) == typeof(Half) ? ColumnKind.VectorFloat16
        : typeof(T) == typeof(float) ? ColumnKind.VectorFloat32
        : 0;

    private static ColumnKind Known(ColumnKind kind, Type type) =>
        kind != 0 ? kind : throw new NotSupportedException($"No column holds values of type {type.Name}; see {nameof(ColumnKind)}.");

    private static int ElementWidth(ColumnKind kind) => kind switch
    {
        ColumnKind.Boolean or ColumnKind.Int8 or ColumnKind.UInt8 or ColumnKind.VectorInt8 => 1,
        ColumnKind.Int16 or ColumnKind.UInt16 or ColumnKind.Float16 or ColumnKind.VectorFloat16 => 2,
        ColumnKind.Int32 or ColumnKind.UInt32 or ColumnKind.Float32 or ColumnKind.VectorFloat32 => 4,
        ColumnKind.Int64 or ColumnKind.UInt64 or ColumnKind.Float64 => 8,
        _ => 0,
    };
}
