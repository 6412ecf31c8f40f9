using System.Numerics;

namespace Signals.Parquet.Reading.Conversions;

/// <summary>A stored whole number without a sign.</summary>
internal readonly struct UnsignedNumber<T> : IConversion<int, T>, IConversion<long, T>
    where T : unmanaged, INumber<T>
{
    public string Reason => $"is out of the range of {typeof(T).Name}";

    public bool TryConvert(int stored, out T value) => TryConvert((long)(uint)stored, out value);

    public bool TryConvert(long stored, out T value)
    {
        value = T.CreateTruncating((ulong)stored);
        return ulong.CreateTruncating(value) == (ulong)stored && !T.IsNegative(value);
    }
}
