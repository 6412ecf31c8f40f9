namespace Signals.Kafka;

/// <summary>
/// Where a decoder puts the events of a record. It checks what must be the same on every replica: that an event has a user, and that
/// its time is plausible compared with the time of its record (not with the clock of this machine).
/// </summary>
/// <remarks>Thread contract: one thread at a time. Lifetime: one run of a partition; reused for every record.</remarks>
public sealed class RecordRows
{
    /// <summary>The most events that one record may hold.</summary>
    public const int MaxEventsPerRecord = 65_536;

    private readonly EventBatch?[] _batches; // by id; none for what was dropped
    private readonly EventTypeSchema? _definitions;
    private readonly long _maxFutureMs;
    private readonly long _maxPastMs;
    private long _earliestMs;
    private long _latestMs;
    private int _checked;

    internal RecordRows(EventGroup group, TimeSpan maxFuture, TimeSpan maxPast)
    {
        Schema = group.Schema;
        _batches = [.. group.Schema.EventTypes.Select(type => type.IsDropped ? null : group[type.Name])];
        _definitions = group.Schema.TryGet(LogDefinitions.EventType, out EventTypeSchema? definitions) ? definitions : null;
        (_maxFutureMs, _maxPastMs) = ((long)maxFuture.TotalMilliseconds, (long)maxPast.TotalMilliseconds);
    }

    /// <summary>The event types of the store.</summary>
    public StoreSchema Schema { get; }

    /// <summary>How many events the record has so far. Those of a dropped event type, which are passed over, are not in it.</summary>
    public int Count { get; private set; }

    /// <summary>Adds an event. Its columns are absent until you set them through the returned row.</summary>
    /// <param name="eventType">A type of <see cref="Schema"/>.</param>
    /// <param name="user">The user of the event.</param>
    /// <param name="timeMs">When it happened, in milliseconds since 1970 UTC.</param>
    /// <param name="id">Distinguishes events of the same user, type and time.</param>
    /// <exception cref="RecordRejectedException">The user was not set, the time is not plausible, or the record is too large.</exception>
    /// <exception cref="ArgumentException">The type is not one of <see cref="Schema"/>.</exception>
    public EventRow Add(EventTypeSchema eventType, UserId user, long timeMs, ulong id)
    {
        EventBatch batch = BatchOf(eventType);
        Require(user, timeMs);
        Count++;
        return batch.Add(user, timeMs, id);
    }

    /// <summary>Adds a copy of an event.</summary>
    /// <exception cref="RecordRejectedException">As in <see cref="Add(EventTypeSchema, UserId, long, ulong)"/>.</exception>
    /// <exception cref="ArgumentException">Its type is not one of <see cref="Schema"/>.</exception>
    public void Add(SingleEvent single)
    {
        ArgumentNullException.ThrowIfNull(single);
        EventBatch batch = BatchOf(single.EventType);
        Require(single.User, single.TimeMs);
        Count++;
        single.AddTo(batch);
    }

    /// <summary>
    /// Checks an event that is not kept, because its event type was dropped, as <see cref="Add(SingleEvent)"/> checks one: a replica that
    /// has the event type refuses the same records.
    /// </summary>
    /// <exception cref="RecordRejectedException">As in <see cref="Add(EventTypeSchema, UserId, long, ulong)"/>.</exception>
    internal void PassOver(UserId user, long timeMs) => Require(user, timeMs);

    /// <summary>The event that was added last is no longer in its batch.</summary>
    internal void Forget() => Count--;

    /// <summary>Begins the next record. The caller refuses a record without a time.</summary>
    internal void Begin(long timestampMs)
    {
        (Count, _checked) = (0, 0);
        (_earliestMs, _latestMs) = (timestampMs - _maxPastMs, timestampMs + _maxFutureMs);
    }

    private EventBatch BatchOf(EventTypeSchema eventType)
    {
        ArgumentNullException.ThrowIfNull(eventType);
        if (ReferenceEquals(eventType, _definitions))
        {
            throw new RecordRejectedException($"an event of the type '{LogDefinitions.EventType}', which only definitions make");
        }

        return eventType.Id < _batches.Length && _batches[eventType.Id] is { } batch && ReferenceEquals(batch.EventType, eventType)
            ? batch
            : throw new ArgumentException(
                $"The event type '{eventType.Name}' is not one of this store; take it from {nameof(Schema)}.", nameof(eventType));
    }

    private void Require(UserId user, long timeMs)
    {
        if (user.IsNobody)
        {
            throw new RecordRejectedException("an event's user was not set");
        }

        if (timeMs < _earliestMs || timeMs > _latestMs)
        {
            throw new RecordRejectedException("an event's time is too far from the time of its record");
        }

        if (_checked == MaxEventsPerRecord)
        {
            throw new RecordRejectedException("more than 65,536 events in one record");
        }

        _checked++;
    }
}
