namespace Signals.Core.Model;

/// <summary>
/// The event times that a store accepts, in milliseconds since the Unix epoch, both ends included. Immutable; any thread.
/// </summary>
/// <remarks>
/// Invariant: the range is never wider than what a date can express, so the arithmetic of windows and dates cannot overflow on a
/// time inside it. The very first millisecond of the year 1 is not accepted, because a <see cref="DateTimeOffset"/> that was
/// never set has this value.
/// </remarks>
/// <param name="EarliestMs">The earliest time.</param>
/// <param name="LatestMs">The latest time.</param>
internal readonly record struct EventTimeRange(long EarliestMs, long LatestMs)
{
    /// <summary>The time of a <see cref="DateTimeOffset"/> that was never set.</summary>
    public const long Unset = -62_135_596_800_000;

    private const long EndOfYear9999 = 253_402_300_799_999;

    /// <summary>All times from the year 1 to 9999.</summary>
    public static EventTimeRange Widest => new(Unset + 1, EndOfYear9999);

    /// <summary>The times from <paramref name="past"/> before now to <paramref name="future"/> after now.</summary>
    public static EventTimeRange Around(long nowMs, TimeSpan past, TimeSpan future) => new(
        Math.Max(Unset + 1, nowMs - Milliseconds(past)),
        Math.Min(EndOfYear9999, nowMs + Milliseconds(future)));

    /// <summary>Whether a time is in the range.</summary>
    public bool Holds(long timeMs) => timeMs >= EarliestMs && timeMs <= LatestMs;

    // A TimeSpan has at most 2^63 / 10,000 milliseconds, so adding one to the current time cannot overflow.
    private static long Milliseconds(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMillisecond;
}
