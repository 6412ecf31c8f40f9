namespace Signals.Core.Model;

/// <summary>
/// Guesses the unit of numbers that were given as milliseconds since the Unix epoch but are not plausible as such. Pure; any
/// thread.
/// </summary>
internal static class TimeUnitGuess
{
    private const long UnixEpochTicks = 621_355_968_000_000_000;

    // 1990-01-01: no system that exports events counts from before it, and most numbers read in the wrong unit end up in 1970.
    private const long PlausibleFromMs = 631_152_000_000;

    /// <summary>The unit in which all of the numbers are acceptable times.</summary>
    /// <param name="times">The numbers that were given as milliseconds.</param>
    /// <param name="earliestMs">The earliest accepted time, in milliseconds.</param>
    /// <param name="latestMs">The latest accepted time, in milliseconds.</param>
    /// <returns>
    /// The unit in words. Null when there are no numbers, when they are acceptable as milliseconds, or when no known unit fits.
    /// </returns>
    public static string? FindUnit(ReadOnlySpan<long> times, long earliestMs, long latestMs)
    {
        if (times.IsEmpty || FindUnit(times[0], earliestMs, latestMs) is not string unit)
        {
            return null;
        }

        foreach (long time in times[1..])
        {
            if (FindUnit(time, earliestMs, latestMs) != unit)
            {
                return null;
            }
        }

        return unit;
    }

    /// <inheritdoc cref="FindUnit(ReadOnlySpan{long}, long, long)"/>
    /// <param name="time">The number that was given as milliseconds.</param>
    /// <param name="earliestMs">The earliest accepted time, in milliseconds.</param>
    /// <param name="latestMs">The latest accepted time, in milliseconds.</param>
    public static string? FindUnit(long time, long earliestMs, long latestMs)
    {
        long from = Math.Max(earliestMs, PlausibleFromMs);
        bool Fits(long milliseconds) => milliseconds >= from && milliseconds <= latestMs;
        return time >= earliestMs && time <= latestMs ? null
            : time is > 0 and < long.MaxValue / 1000 && Fits(time * 1000) ? "seconds"
            : Fits(time / 1000) ? "microseconds"
            // Tried before nanoseconds, because the same numbers read as nanoseconds lie in 1990.
            : Fits((time - UnixEpochTicks) / TimeSpan.TicksPerMillisecond) ? "ticks of 100 ns since the year 1"
            : Fits(time / 1_000_000) ? "nanoseconds"
            : null;
    }
}
