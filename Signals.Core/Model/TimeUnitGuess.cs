namespace Signals.Core.Model;

/// <summary>
/// Which other unit numbers look like that were given as milliseconds since the Unix epoch and are no plausible times. Pure; any thread.
/// </summary>
public static class TimeUnitGuess
{
    private const long UnixEpochTicks = 621_355_968_000_000_000;

    // 1990-01-01: no system that exports events counts from before it, and read in the wrong unit most numbers end up in 1970.
    private const long PlausibleFromMs = 631_152_000_000;

    /// <summary>The unit in which all of the numbers are times that would be taken.</summary>
    /// <param name="times">What was given as milliseconds.</param>
    /// <param name="earliestMs">The earliest time that is taken, in milliseconds.</param>
    /// <param name="latestMs">The latest time that is taken, in milliseconds.</param>
    /// <returns>The unit in words; null when the numbers are times as they are, or times in no unit that is known, or there are none.</returns>
    public static string? Of(ReadOnlySpan<long> times, long earliestMs, long latestMs)
    {
        if (times.IsEmpty || Of(times[0], earliestMs, latestMs) is not string unit)
        {
            return null;
        }

        foreach (long time in times[1..])
        {
            if (Of(time, earliestMs, latestMs) != unit)
            {
                return null;
            }
        }

        return unit;
    }

    /// <inheritdoc cref="Of(ReadOnlySpan{long}, long, long)"/>
    /// <param name="time">What was given as milliseconds.</param>
    /// <param name="earliestMs">The earliest time that is taken, in milliseconds.</param>
    /// <param name="latestMs">The latest time that is taken, in milliseconds.</param>
    public static string? Of(long time, long earliestMs, long latestMs)
    {
        long from = Math.Max(earliestMs, PlausibleFromMs);
        bool Fits(long milliseconds) => milliseconds >= from && milliseconds <= latestMs;
        return time >= earliestMs && time <= latestMs ? null
            : time is > 0 and < long.MaxValue / 1000 && Fits(time * 1000) ? "seconds"
            : Fits(time / 1000) ? "microseconds"
            : Fits((time - UnixEpochTicks) / TimeSpan.TicksPerMillisecond) ? "ticks of 100 ns since the year 1" // before nanoseconds, as which they lie in 1990
            : Fits(time / 1_000_000) ? "nanoseconds"
            : null;
    }
}
