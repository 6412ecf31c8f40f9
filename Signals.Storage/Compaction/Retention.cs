namespace Signals.Storage.Compaction;

/// <summary>How old an event may be, by event time. Pure; any thread.</summary>
internal static class Retention
{
    /// <summary>
    /// Oldest event time of <paramref name="type"/> that is kept at <paramref name="nowMs"/>; every earlier event has expired.
    /// </summary>
    public static long OldestKept(EventTypeSchema type, long nowMs) =>
        type.MaxAge is TimeSpan maxAge ? nowMs - (long)maxAge.TotalMilliseconds : long.MinValue;
}
