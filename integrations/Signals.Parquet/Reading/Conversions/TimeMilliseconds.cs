using ParquetSharp;

namespace Signals.Parquet.Reading.Conversions;

/// <summary>A stored time in milliseconds since the Unix epoch; what is finer is cut off towards the past.</summary>
/// <param name="unit">The unit of the stored time.</param>
/// <param name="isUnsigned">Whether the stored number has no sign.</param>
internal readonly struct TimeMilliseconds(LeafTime unit, bool isUnsigned = false)
    : IConversion<int, long>, IConversion<long, long>, IConversion<Int96, long>
{
    private const long SecondMs = 1000;
    private const long DayMs = 86_400_000;
    private const long JulianDayOfEpoch = 2_440_588;
    private const long NanosecondsPerMs = 1_000_000;
    private const long FarMs = long.MaxValue / 4;

    public string Reason => "is a time that milliseconds of 64 bits cannot hold";

    public bool TryConvert(int stored, out long value) => TryScale(isUnsigned ? (uint)stored : stored, out value);

    // Without a sign what looks negative is more than 64 bits with a sign hold.
    public bool TryConvert(long stored, out long value) => TryScale(stored, out value) && (!isUnsigned || stored >= 0);

    public bool TryConvert(Int96 stored, out long value)
    {
        long nanoseconds = (long)((uint)stored.A | ((ulong)(uint)stored.B << 32));
        value = (stored.C - JulianDayOfEpoch) * DayMs + Floor(nanoseconds, NanosecondsPerMs);
        return true;
    }

    private bool TryScale(long stored, out long value)
    {
        value = unit switch
        {
            LeafTime.Nanoseconds => Floor(stored, NanosecondsPerMs),
            LeafTime.Microseconds => Floor(stored, 1000),
            LeafTime.Seconds => stored is > -FarMs / SecondMs and < FarMs / SecondMs ? stored * SecondMs : FarMs,
            LeafTime.Days => stored is > -100_000_000 and < 100_000_000 ? stored * DayMs : FarMs,
            _ => stored,
        };
        return value != FarMs;
    }

    private static long Floor(long value, long unit)
    {
        long quotient = Math.DivRem(value, unit, out long rest);
        return rest < 0 ? quotient - 1 : quotient;
    }
}
