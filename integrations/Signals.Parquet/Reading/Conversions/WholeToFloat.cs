using System.Numerics;

namespace Signals.Parquet.Reading.Conversions;

/// <summary>A stored whole number as the nearest floating-point number.</summary>
/// <param name="isUnsigned">Whether the number has no sign.</param>
internal readonly struct WholeToFloat<T>(bool isUnsigned) : IConversion<int, T>, IConversion<long, T>
    where T : unmanaged, INumber<T>
{
    public string Reason => "cannot be read";

    public bool TryConvert(int stored, out T value) => TryConvert(isUnsigned ? (long)(uint)stored : stored, out value);

    public bool TryConvert(long stored, out T value)
    {
        value = isUnsigned ? T.CreateTruncating((ulong)stored) : T.CreateTruncating(stored);
        return true;
    }
}
