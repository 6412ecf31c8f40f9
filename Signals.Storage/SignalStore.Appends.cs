using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Indexing;

namespace Signals.Storage;

/// <content>Appends, and what was accepted becoming visible.</content>
public sealed partial class SignalStore
{
    /// <summary>A new batch of events of one type; fill it, append it, clear it, fill it again.</summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public EventBatch CreateBatch(string eventType, int capacity = 256) => new(Schema[eventType], capacity);

    /// <summary>Appends a batch if the ring has room now. Wait for the acknowledgement with <see cref="WaitAsync"/>.</summary>
    /// <returns>False when the ring is full: the engine is behind; try again, or use a form that waits.</returns>
    /// <exception cref="EventRejectedException">The batch is too large, or an event's time lies too far ahead; nothing of it was appended.</exception>
    public bool TryAppend(EventBatch batch, out AppendTicket ticket)
    {
        Require(batch);
        return _enrichment is null ? Engine.Appender.TryAppend(batch, out ticket) : _enrichment.TryAppend(batch, out ticket);
    }

    /// <summary>Appends a batch, blocking while the ring is full. Wait for the acknowledgement with <see cref="WaitAsync"/>.</summary>
    /// <exception cref="EventRejectedException">As in <see cref="TryAppend"/>.</exception>
    public AppendTicket Append(EventBatch batch, CancellationToken cancellationToken = default)
    {
        Require(batch);
        return _enrichment is null ? Engine.Appender.Append(batch, cancellationToken) : _enrichment.Append(batch, cancellationToken);
    }

    /// <summary>
    /// Appends a batch and waits for what the durability mode promises; by then, but with
    /// <see cref="Durability.InMemory"/>, reads see it. The batch is copied before the call returns: clear it and fill it again at once.
    /// </summary>
    /// <param name="batch">At least one event.</param>
    /// <param name="cancellationToken">Ends the wait for room in the ring; what has entered the ring is not taken back.</param>
    /// <exception cref="EventRejectedException">As in <see cref="TryAppend"/>.</exception>
    /// <exception cref="StorePoisonedException">The store has failed; whether the batch survives is unknown.</exception>
    public ValueTask<AppendAck> AppendAsync(EventBatch batch, CancellationToken cancellationToken = default)
    {
        Require(batch);
        return _enrichment is null ? Engine.Appender.AppendAsync(batch, cancellationToken) : _enrichment.AppendAsync(batch, cancellationToken);
    }

    /// <summary>
    /// A group of events that a source sends with its position. Fill it, append it, clear it, fill it again. A source that fails and begins
    /// again at <see cref="GetResumePosition"/>, or anywhere before it, has each of its events once: those it sends again are the same events.
    /// </summary>
    /// <param name="source">The source's name: 1 to 256 bytes of UTF-8.</param>
    /// <param name="capacity">Events of each type that it holds before it grows.</param>
    /// <remarks>The group has the incarnation that the store knows; set <see cref="EventGroup.Incarnation"/> to what the source is.</remarks>
    public EventGroup CreateGroup(string source, int capacity = 256)
    {
        EventGroup group = new(Schema, source, capacity);
        if (Engine.Sources.Of(source) is { } known)
        {
            (group.Generation, group.Incarnation) = (known.Generation, known.Incarnation);
        }

        return group;
    }

    /// <summary>
    /// Lets a source begin anew, from position 0: another one of its name, or the same once more. Groups of before are refused from then on.
    /// Its events stay; those that come again are the same events. When the call ends, <see cref="GetSource"/> shows the reset in every durability mode.
    /// </summary>
    /// <param name="source">The source's name.</param>
    /// <param name="incarnation">Which source it is from now on; none when that is not known.</param>
    /// <param name="cancellationToken">Ends the wait for room in the ring.</param>
    public async ValueTask<AppendAck> ResetSourceAsync(string source, SourceIncarnation incarnation = default, CancellationToken cancellationToken = default)
    {
        EventGroup group = CreateGroup(source, capacity: 1);
        group.Generation = checked(group.Generation + 1);
        group.Incarnation = incarnation;
        AppendAck ack = await AppendGroupAsync(group, cancellationToken).ConfigureAwait(false);

        // In memory the acknowledgement comes before reads see the reset; whoever then asked where to go on would get the position of before.
        await WaitUntilVisibleAsync(cancellationToken).ConfigureAwait(false);
        return ack;
    }

    /// <summary>Where a source goes on and which source that is; null when it has sent nothing.</summary>
    public SourcePosition? GetSource(string source)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        return Engine.Sources.Of(source);
    }

    /// <summary>Appends a group, position included, if the ring has room now; otherwise as <see cref="TryAppend"/>.</summary>
    /// <exception cref="EventRejectedException">The group is too large, or an event's time lies too far ahead; nothing of it was appended.</exception>
    public bool TryAppendGroup(EventGroup group, out AppendTicket ticket)
    {
        Require(group);
        return _enrichment is null ? Engine.Appender.TryAppend(group, out ticket) : _enrichment.TryAppend(group, out ticket);
    }

    /// <summary>Appends a group, position included, blocking while the ring is full.</summary>
    /// <exception cref="EventRejectedException">As in <see cref="TryAppendGroup"/>.</exception>
    public AppendTicket AppendGroup(EventGroup group, CancellationToken cancellationToken = default)
    {
        Require(group);
        return _enrichment is null ? Engine.Appender.Append(group, cancellationToken) : _enrichment.Append(group, cancellationToken);
    }

    /// <summary>
    /// Appends a group, position included, as one record and waits for what the durability mode promises: a crash leaves all of it or nothing.
    /// Only with <see cref="Durability.InMemory"/> a crash may leave some of its events without the position, never the position without them.
    /// </summary>
    /// <param name="group">May be without events: then it moves the position.</param>
    /// <param name="cancellationToken">Ends the wait for room in the ring; what has entered the ring is not taken back.</param>
    /// <exception cref="EventRejectedException">As in <see cref="TryAppendGroup"/>.</exception>
    /// <exception cref="StorePoisonedException">The store has failed; whether the group survives is unknown.</exception>
    public ValueTask<AppendAck> AppendGroupAsync(EventGroup group, CancellationToken cancellationToken = default)
    {
        Require(group);
        return _enrichment is null ? Engine.Appender.AppendAsync(group, cancellationToken) : _enrichment.AppendAsync(group, cancellationToken);
    }

    /// <summary>Where a source goes on: the greatest position of its groups that reads see; null when it has sent none.</summary>
    /// <exception cref="ArgumentException">The name is empty, or has half of a surrogate pair, which no source's name has.</exception>
    public long? GetResumePosition(string source)
    {
        IdentityText.Require(source, nameof(source));
        return Engine.Sources.Of(source)?.Position;
    }

    /// <summary>Where every source goes on, by name.</summary>
    public IReadOnlyList<SourcePosition> GetResumePositions() => Engine.Sources.All();

    /// <summary>Waits for the acknowledgement of an accepted append, once for each.</summary>
    /// <param name="ticket">What the append gave.</param>
    /// <param name="cancellationToken">Ends the wait; the events stay accepted.</param>
    /// <exception cref="StorePoisonedException">The store has failed; the events may be lost.</exception>
    public ValueTask<AppendAck> WaitAsync(AppendTicket ticket, CancellationToken cancellationToken = default)
    {
        ValueTask<AppendAck> acknowledged = Engine.Appender.Acknowledge(ticket);
        return cancellationToken.CanBeCanceled && !acknowledged.IsCompleted
            ? new ValueTask<AppendAck>(acknowledged.AsTask().WaitAsync(cancellationToken))
            : acknowledged;
    }

    /// <summary>
    /// Waits until reads see every event that was accepted before the call. With <see cref="Durability.InMemory"/> an acknowledgement does
    /// not say so; in the other modes it does, and this need not be called.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StorePoisonedException">The store has failed; what was accepted may never be seen.</exception>
    public async Task WaitUntilVisibleAsync(CancellationToken cancellationToken = default) =>
        await Engine.WhenAppliedAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Waits until no accepted event waits for its enrichment: until a moment when all are enriched, have failed, or were left to an offline
    /// job. Returns at once when the store enriches nothing.
    /// </summary>
    public Task WhenEnrichedAsync(CancellationToken cancellationToken = default) =>
        _enrichment?.WhenIdleAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>The counters of enrichment at indexing now; all zero when the store enriches nothing.</summary>
    public EnrichmentStats GetEnrichmentStats() => _enrichment?.GetStats() ?? new EnrichmentStats(0, 0, 0, 0, 0, 0, null);

    private void Require(EventGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (!ReferenceEquals(group.Schema, Schema))
        {
            throw new ArgumentException($"The group of source '{group.Source}' was not made for this store; make it with CreateGroup.", nameof(group));
        }

        if (Engine.Sources.Of(group.Source) is not { } known || group.Generation > known.Generation)
        {
            return;
        }

        if (group.Generation < known.Generation)
        {
            throw new SourceChangedException(group.Source, "it was reset after the group was made; make a new group.");
        }

        if (!known.Incarnation.MayGoOnAs(group.Incarnation))
        {
            throw new SourceChangedException(
                group.Source, $"the store knows it as {known.Incarnation}, the group is of {group.Incarnation}; reset the source if it begins anew.");
        }
    }

    private void Require(EventBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        EventTypeSchema type = batch.EventType;
        if (type.Id >= Schema.EventTypes.Count || !ReferenceEquals(type, Schema.EventTypes[type.Id]))
        {
            throw new ArgumentException($"The batch of '{type.Name}' was not made for this store; make it with CreateBatch.", nameof(batch));
        }
    }
}
