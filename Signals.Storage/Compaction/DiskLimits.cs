namespace Signals.Storage.Compaction;

/// <summary>
/// What flushes and merges leave out for good, at one moment: the limits of each event type, and the time that they count from.
/// Immutable; any thread.
/// </summary>
/// <remarks>
/// It never leaves out more than reads hide: a limit that is held is laxer than the one that reads go by, and the time is never ahead of
/// the clock.
/// </remarks>
/// <param name="types">The event types by id, with the limits that hold on disk.</param>
/// <param name="nowMs">The time that ages of events count from, in ms since the Unix epoch.</param>
/// <param name="clockMs">The time that everything else counts from, such as the grace of orphans.</param>
internal sealed class DiskLimits(IReadOnlyList<EventTypeSchema> types, long nowMs, long clockMs)
{
    /// <summary>The event type with the limits that hold on disk.</summary>
    public EventTypeSchema this[ushort eventType] => types[eventType];

    /// <summary>The time that everything but the age of events counts from, in ms since the Unix epoch.</summary>
    public long ClockMs => clockMs;

    /// <summary>Oldest event time that stays, for each event type by id.</summary>
    public long[] OldestKept() => [.. types.Select(type => Retention.OldestKept(type, nowMs))];

    /// <summary>Oldest event time of one event type that stays.</summary>
    public long OldestKept(ushort eventType) => Retention.OldestKept(types[eventType], nowMs);

    /// <summary>The same limits, as they were some time ago.</summary>
    public DiskLimits Before(TimeSpan delay)
    {
        long delayMs = (long)delay.TotalMilliseconds;
        return delayMs == 0 ? this : new DiskLimits(types, nowMs - delayMs, clockMs - delayMs);
    }
}
