namespace Signals.Core.Model;

/// <summary>The event times that a store takes, in milliseconds since the Unix epoch, both ends included. Immutable; any thread.</summary>
/// <remarks>
/// Invariant: never wider than what a date can name, so that no time inside overflows the arithmetic of windows or of dates. The very
/// first millisecond of the year 1 is no time: it is how a <see cref="DateTimeOffset"/> that nobody set looks.
/// </remarks>
/// <param name="EarliestMs">The earliest time.</param>
/// <param name="LatestMs">The latest time.</param>
internal readonly record struct EventTimeRange(long EarliestMs, long LatestMs)
{
    /// <summary>The time of a <see cref="DateTimeOffset"/> that nobody set.</summary>
    public const long Unset = -62_135_596_800_000;

    private const long EndOfYear9999 = 253_402_300_799_999;

    /// <summary>Everything from the year 1 to 9999.</summary>
    public static EventTimeRange Widest => new(Unset + 1, EndOfYear9999);

    /// <summary>From so long ago to so far ahead.</summary>
    public static EventTimeRange Around(long nowMs, TimeSpan past, TimeSpan future) => new(
        Math.Max(Unset + 1, nowMs - Milliseconds(past)),
        Math.Min(EndOfYear9999, nowMs + Milliseconds(future)));

    /// <summary>Whether a time is inside.</summary>
    public bool Holds(long timeMs) => timeMs >= EarliestMs && timeMs <= LatestMs;

    // A TimeSpan has at most 2^63 / 10,000 milliseconds: far from overflowing a sum with any time of now.
    private static long Milliseconds(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMillisecond;
}
