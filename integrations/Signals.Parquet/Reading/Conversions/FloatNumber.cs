using System.Buffers.Binary;
using System.Numerics;
using ParquetSharp;
using Signals.Parquet.Native;

namespace Signals.Parquet.Reading.Conversions;

/// <summary>A stored floating-point number as the nearest one of another width.</summary>
internal readonly struct FloatNumber<T> : IConversion<float, T>, IConversion<double, T>, IConversion<FixedLenByteArray, T>
    where T : unmanaged, INumber<T>
{
    private const int HalfBytes = 2;

    public string Reason => "cannot be read";

    public bool TryConvert(float stored, out T value)
    {
        value = T.CreateTruncating(stored);
        return true;
    }

    public bool TryConvert(double stored, out T value)
    {
        value = T.CreateTruncating(stored);
        return true;
    }

    public bool TryConvert(FixedLenByteArray stored, out T value)
    {
        Half half = BinaryPrimitives.ReadHalfLittleEndian(NativeValues.Of(stored, HalfBytes));
        value = typeof(T) == typeof(Half) ? System.Runtime.CompilerServices.Unsafe.BitCast<Half, T>(half) : T.CreateTruncating(half);
        return true;
    }
}
