using System.Numerics;
using ParquetSharp;
using Signals.Parquet.Native;

namespace Signals.Parquet.Reading.Conversions;

/// <summary>
/// A stored decimal: as the nearest floating-point number, or, when it has no digits behind the point, as a whole number.
/// </summary>
/// <param name="leaf">Scale and width of the decimal.</param>
internal readonly struct DecimalNumber<T>(Leaf leaf)
    : IConversion<int, T>, IConversion<long, T>, IConversion<FixedLenByteArray, T>, IConversion<ByteArray, T>
    where T : unmanaged, INumber<T>
{
    private const int MostBytes = 16;

    private readonly double _unit = Math.Pow(10, leaf.Scale);
    private readonly int _length = leaf.Length;

    public string Reason => $"is out of the range of {typeof(T).Name}";

    public bool TryConvert(int stored, out T value) => TryConvert((Int128)stored, out value);

    public bool TryConvert(long stored, out T value) => TryConvert((Int128)stored, out value);

    public bool TryConvert(FixedLenByteArray stored, out T value) => TryConvert(NativeValues.Of(stored, _length), out value);

    public bool TryConvert(ByteArray stored, out T value) => TryConvert(NativeValues.Of(stored), out value);

    private bool TryConvert(ReadOnlySpan<byte> bigEndian, out T value)
    {
        value = default;
        while (bigEndian.Length > MostBytes)
        {
            if (bigEndian[0] != 0 && bigEndian[0] != byte.MaxValue)
            {
                return false;
            }

            bigEndian = bigEndian[1..];
        }

        Int128 digits = !bigEndian.IsEmpty && (sbyte)bigEndian[0] < 0 ? -1 : 0;
        foreach (byte part in bigEndian)
        {
            digits = (digits << 8) | part;
        }

        return TryConvert(digits, out value);
    }

    private bool TryConvert(Int128 digits, out T value)
    {
        if (typeof(T) == typeof(Half) || typeof(T) == typeof(float) || typeof(T) == typeof(double))
        {
            value = T.CreateTruncating((double)digits / _unit);
            return true;
        }

        value = T.CreateTruncating(digits);
        return Int128.CreateTruncating(value) == digits;
    }
}
