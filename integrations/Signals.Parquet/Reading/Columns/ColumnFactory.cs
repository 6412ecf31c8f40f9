using System.Numerics;
using ParquetSharp;
using Signals.Parquet.Reading.Conversions;

namespace Signals.Parquet.Reading.Columns;

/// <summary>Chooses how a leaf becomes the values of a column, by what the leaf holds. Pure but for opening the leaf.</summary>
/// <param name="place">The row group.</param>
/// <param name="batchRows">The most rows of a batch.</param>
/// <param name="takesZero">Whether 0 is a key: it is an entity, but no user.</param>
internal readonly struct ColumnFactory(GroupPlace place, int batchRows, bool takesZero = false)
{
    /// <summary>A column of numbers.</summary>
    public ValueCursor<T>? Number<T>(Leaf leaf)
        where T : unmanaged, INumber<T> => leaf.MaxRepetition > 0 ? null : leaf.Kind switch
        {
            LeafKind.Signed or LeafKind.Unsigned => Whole<T>(leaf),
            LeafKind.Float when IsFloat<T>() => Float<T>(leaf),
            LeafKind.Decimal when IsFloat<T>() || leaf.Scale == 0 => Decimal<T>(leaf),
            LeafKind.Time when typeof(T) == typeof(long) => Time(leaf, leaf.Time) as ValueCursor<T>,
            _ => null,
        };

    /// <summary>A column of truth values.</summary>
    public ValueCursor<bool>? Boolean(Leaf leaf) =>
        leaf is { Kind: LeafKind.Boolean, MaxRepetition: 0 } ? Flat<bool, bool, Same<bool>>(leaf, default) : null;

    /// <summary>A column of times in milliseconds. The unit of a plain whole number has to be told.</summary>
    public ValueCursor<long>? Time(Leaf leaf, LeafTime unit) => (leaf.MaxRepetition, leaf.Physical) switch
    {
        (0, PhysicalType.Int96) => Flat<Int96, long, TimeMilliseconds>(leaf, new TimeMilliseconds(LeafTime.Int96)),
        (0, PhysicalType.Int64) when unit == LeafTime.Milliseconds && leaf.Kind != LeafKind.Unsigned =>
            Flat<long, long, Same<long>>(leaf, default),
        (0, PhysicalType.Int64) => Flat<long, long, TimeMilliseconds>(leaf, new(unit, leaf.Kind == LeafKind.Unsigned)),
        (0, PhysicalType.Int32) => Flat<int, long, TimeMilliseconds>(leaf, new(unit, leaf.Kind == LeafKind.Unsigned)),
        _ => null,
    };

    /// <summary>A column of event ids: numbers as they are, others hashed.</summary>
    public ValueCursor<ulong>? Id(Leaf leaf) => (leaf.MaxRepetition, leaf.Kind, leaf.Physical) switch
    {
        (0, LeafKind.Signed or LeafKind.Unsigned or LeafKind.Decimal, _) => Number<ulong>(leaf),
        (0, LeafKind.Text or LeafKind.Bytes, PhysicalType.ByteArray) => Flat<ByteArray, ulong, IdHash>(leaf, new IdHash(0)),
        (0, LeafKind.Bytes or LeafKind.Uuid, PhysicalType.FixedLenByteArray) =>
            Flat<FixedLenByteArray, ulong, IdHash>(leaf, new IdHash(leaf.Length)),
        _ => null,
    };

    /// <summary>A column of users.</summary>
    public ValueCursor<UserId>? User(Leaf leaf, ParquetUserKind kind) => (leaf.MaxRepetition, kind, leaf.Physical) switch
    {
        (0, ParquetUserKind.Number, _) => UserNumbers(leaf),
        (0, ParquetUserKind.Name, PhysicalType.ByteArray) => Flat<ByteArray, UserId, UserName>(leaf, default),
        (0, ParquetUserKind.CanonicalText, PhysicalType.ByteArray) => Flat<ByteArray, UserId, UserCanonicalText>(leaf, new(takesZero)),
        (0, ParquetUserKind.GuidText, PhysicalType.ByteArray) => Flat<ByteArray, UserId, UserGuidText>(leaf, default),
        (0, ParquetUserKind.Bits, PhysicalType.ByteArray) => Flat<ByteArray, UserId, UserBits>(leaf, new(takesZero)),
        (0, ParquetUserKind.Bits, PhysicalType.FixedLenByteArray) when leaf.Length == 16 =>
            Flat<FixedLenByteArray, UserId, UserBits>(leaf, new(takesZero)),
        _ => null,
    };

    /// <summary>A column of vectors.</summary>
    public ValueCursor<T>? Vector<T>(Leaf leaf, int dimensions)
        where T : unmanaged, INumber<T> => (leaf.MaxRepetition, leaf.Kind, leaf.Physical) switch
        {
            (1, LeafKind.Unsigned, PhysicalType.Int32) => List<int, T, UnsignedNumber<T>>(leaf, default, dimensions),
            (1, LeafKind.Unsigned, PhysicalType.Int64) => List<long, T, UnsignedNumber<T>>(leaf, default, dimensions),
            (1, LeafKind.Signed, PhysicalType.Int32) => List<int, T, SignedNumber<T>>(leaf, default, dimensions),
            (1, LeafKind.Signed, PhysicalType.Int64) => List<long, T, SignedNumber<T>>(leaf, default, dimensions),
            (1, LeafKind.Float, PhysicalType.Float) when typeof(T) == typeof(float) =>
                List<float, float, Same<float>>(leaf, default, dimensions) as ValueCursor<T>,
            (1, LeafKind.Float, PhysicalType.Float) when IsFloat<T>() => List<float, T, FloatNumber<T>>(leaf, default, dimensions),
            (1, LeafKind.Float, PhysicalType.Double) when IsFloat<T>() => List<double, T, FloatNumber<T>>(leaf, default, dimensions),
            (1, LeafKind.Float, PhysicalType.FixedLenByteArray) when IsFloat<T>() =>
                List<FixedLenByteArray, T, FloatNumber<T>>(leaf, default, dimensions),
            (1, LeafKind.Decimal, PhysicalType.Int32) when IsFloat<T>() => List<int, T, DecimalNumber<T>>(leaf, new(leaf), dimensions),
            (1, LeafKind.Decimal, PhysicalType.Int64) when IsFloat<T>() => List<long, T, DecimalNumber<T>>(leaf, new(leaf), dimensions),
            (1, LeafKind.Decimal, PhysicalType.FixedLenByteArray) when IsFloat<T>() =>
                List<FixedLenByteArray, T, DecimalNumber<T>>(leaf, new(leaf), dimensions),
            _ => null,
        };

    private static bool IsFloat<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(Half);

    private ValueCursor<T>? Whole<T>(Leaf leaf)
        where T : unmanaged, INumber<T>
    {
        bool isUnsigned = leaf.Kind == LeafKind.Unsigned;
        return leaf.Physical switch
        {
            PhysicalType.Int64 when typeof(T) == (isUnsigned ? typeof(ulong) : typeof(long)) =>
                Bits<T>(leaf),
            PhysicalType.Int64 when IsFloat<T>() => Flat<long, T, WholeToFloat<T>>(leaf, new WholeToFloat<T>(isUnsigned)),
            PhysicalType.Int32 when IsFloat<T>() => Flat<int, T, WholeToFloat<T>>(leaf, new WholeToFloat<T>(isUnsigned)),
            PhysicalType.Int64 when isUnsigned => Flat<long, T, UnsignedNumber<T>>(leaf, default),
            PhysicalType.Int32 when isUnsigned => Flat<int, T, UnsignedNumber<T>>(leaf, default),
            PhysicalType.Int64 => Flat<long, T, SignedNumber<T>>(leaf, default),
            PhysicalType.Int32 => Flat<int, T, SignedNumber<T>>(leaf, default),
            _ => null,
        };
    }

    private FlatColumn<long, T, SameBits<T>> Bits<T>(Leaf leaf)
        where T : unmanaged => Flat<long, T, SameBits<T>>(leaf, default);

    private ValueCursor<T>? Float<T>(Leaf leaf)
        where T : unmanaged, INumber<T> => leaf.Physical switch
        {
            PhysicalType.Float when typeof(T) == typeof(float) => Flat<float, float, Same<float>>(leaf, default) as ValueCursor<T>,
            PhysicalType.Double when typeof(T) == typeof(double) => Flat<double, double, Same<double>>(leaf, default) as ValueCursor<T>,
            PhysicalType.Float => Flat<float, T, FloatNumber<T>>(leaf, default),
            PhysicalType.Double => Flat<double, T, FloatNumber<T>>(leaf, default),
            PhysicalType.FixedLenByteArray => Flat<FixedLenByteArray, T, FloatNumber<T>>(leaf, default),
            _ => null,
        };

    private ValueCursor<T>? Decimal<T>(Leaf leaf)
        where T : unmanaged, INumber<T>
    {
        DecimalNumber<T> conversion = new(leaf);
        return leaf.Physical switch
        {
            PhysicalType.Int32 => Flat<int, T, DecimalNumber<T>>(leaf, conversion),
            PhysicalType.Int64 => Flat<long, T, DecimalNumber<T>>(leaf, conversion),
            PhysicalType.ByteArray => Flat<ByteArray, T, DecimalNumber<T>>(leaf, conversion),
            PhysicalType.FixedLenByteArray => Flat<FixedLenByteArray, T, DecimalNumber<T>>(leaf, conversion),
            _ => null,
        };
    }

    private ValueCursor<UserId>? UserNumbers(Leaf leaf) => (leaf.Kind, leaf.Physical) switch
    {
        (LeafKind.Signed, PhysicalType.Int64) => Users<long, SignedNumber<ulong>>(leaf, default),
        (LeafKind.Signed, PhysicalType.Int32) => Users<int, SignedNumber<ulong>>(leaf, default),
        (LeafKind.Unsigned, PhysicalType.Int64) => Users<long, UnsignedNumber<ulong>>(leaf, default),
        (LeafKind.Unsigned, PhysicalType.Int32) => Users<int, UnsignedNumber<ulong>>(leaf, default),
        (LeafKind.Decimal, PhysicalType.Int32) when leaf.Scale == 0 => Users<int, DecimalNumber<ulong>>(leaf, new(leaf)),
        (LeafKind.Decimal, PhysicalType.Int64) when leaf.Scale == 0 => Users<long, DecimalNumber<ulong>>(leaf, new(leaf)),
        (LeafKind.Decimal, PhysicalType.ByteArray) when leaf.Scale == 0 => Users<ByteArray, DecimalNumber<ulong>>(leaf, new(leaf)),
        (LeafKind.Decimal, PhysicalType.FixedLenByteArray) when leaf.Scale == 0 =>
            Users<FixedLenByteArray, DecimalNumber<ulong>>(leaf, new(leaf)),
        _ => null,
    };

    private FlatColumn<TStored, UserId, UserNumber<TStored, TNumber>> Users<TStored, TNumber>(Leaf leaf, TNumber number)
        where TStored : unmanaged
        where TNumber : struct, IConversion<TStored, ulong> =>
        Flat<TStored, UserId, UserNumber<TStored, TNumber>>(leaf, new UserNumber<TStored, TNumber>(number, takesZero));

    private FlatColumn<TStored, T, TConversion> Flat<TStored, T, TConversion>(Leaf leaf, TConversion conversion)
        where TStored : unmanaged
        where T : unmanaged
        where TConversion : struct, IConversion<TStored, T> => new(place, leaf, conversion, batchRows);

    private VectorColumn<TStored, T, TConversion> List<TStored, T, TConversion>(Leaf leaf, TConversion conversion, int dimensions)
        where TStored : unmanaged
        where T : unmanaged
        where TConversion : struct, IConversion<TStored, T> => new(place, leaf, conversion, batchRows, dimensions);
}
