namespace Signals.Storage.Compaction;

/// <summary>How old an event may be, by event time. Pure; any thread.</summary>
internal static class Retention
{
    /// <summary>
    /// Oldest event time of <paramref name="type"/> that is kept at <paramref name="nowMs"/>; every earlier event has expired. Of an event
    /// type whose drop is final, every event has.
    /// </summary>
    public static long OldestKept(EventTypeSchema type, long nowMs) => type.IsDropFinal ? long.MaxValue : OldestByAge(type, nowMs);

    /// <summary>The same by the max age alone: of an event type whose drop is final, what files may still hold.</summary>
    public static long OldestByAge(EventTypeSchema type, long nowMs) =>
        type.MaxAge is TimeSpan maxAge ? nowMs - (long)maxAge.TotalMilliseconds : long.MinValue;
}
