using System.Numerics;

namespace Signals.Parquet.Reading.Conversions;

/// <summary>A stored whole number with a sign.</summary>
internal readonly struct SignedNumber<T> : IConversion<int, T>, IConversion<long, T>
    where T : unmanaged, INumber<T>
{
    public string Reason => $"is out of the range of {typeof(T).Name}";

    public bool TryConvert(int stored, out T value) => TryConvert((long)stored, out value);

    public bool TryConvert(long stored, out T value)
    {
        value = T.CreateTruncating(stored);
        return long.CreateTruncating(value) == stored && T.IsNegative(value) == (stored < 0);
    }
}
