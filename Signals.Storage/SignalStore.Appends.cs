using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Enrichment;
using Signals.Storage.Engine.Ingest;

namespace Signals;

/// <content>Appends, resume positions of sources, and waiting until events are acknowledged, visible or enriched.</content>
public sealed partial class SignalStore
{
    /// <summary>Creates a batch of events of one type. Fill it, append it, clear it and fill it again.</summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public EventBatch CreateBatch(string eventType, int capacity = 256) => new(Schema[eventType], capacity);

    /// <summary>Appends a batch if the ring has room now. Wait for the acknowledgement with <see cref="WaitAsync"/>.</summary>
    /// <returns>False when the ring is full because the engine is behind. Try again, or use a method that waits.</returns>
    /// <exception cref="EventRejectedException">
    /// The batch is too large, or an event's time is too far in the future or the past; no event of the batch was appended. With
    /// <see cref="RejectedEvents.LeaveOut"/> only the events with such times are left out, unless all have.
    /// </exception>
    public bool TryAppend(EventBatch batch, out AppendTicket ticket)
    {
        Require(batch);
        TakenEvents taken = Engine.Filter.Take(batch);
        bool isAppended = _enrichment is null
            ? Engine.Appender.TryAppend(taken.Events, out ticket)
            : _enrichment.TryAppend(taken.Events, out ticket);
        if (isAppended)
        {
            Engine.Filter.Count(taken);
        }

        return isAppended;
    }

    /// <summary>
    /// Appends a batch, blocking while the ring is full. Wait for the acknowledgement with <see cref="WaitAsync"/>.
    /// </summary>
    /// <exception cref="EventRejectedException">As in <see cref="TryAppend"/>.</exception>
    public AppendTicket Append(EventBatch batch, CancellationToken cancellationToken = default)
    {
        Require(batch);
        TakenEvents taken = Engine.Filter.Take(batch);
        AppendTicket ticket = _enrichment is null
            ? Engine.Appender.Append(taken.Events, cancellationToken)
            : _enrichment.Append(taken.Events, cancellationToken);
        Engine.Filter.Count(taken);
        return ticket;
    }

    /// <summary>
    /// Appends a batch and waits for what the durability mode promises. When the call has completed, reads see the events, except
    /// with <see cref="Durability.InMemory"/>. The batch is copied before the call returns its task, so you may clear it and fill
    /// it again at once.
    /// </summary>
    /// <param name="batch">At least one event.</param>
    /// <exception cref="EventRejectedException">As in <see cref="TryAppend"/>.</exception>
    /// <exception cref="StorePoisonedException">The store has failed; whether the batch survives is unknown.</exception>
    public ValueTask<AppendAck> AppendAsync(EventBatch batch) => AppendAsync(batch, CancellationToken.None);

    /// <inheritdoc cref="AppendAsync(EventBatch)"/>
    /// <param name="batch">At least one event.</param>
    /// <param name="cancellationToken">Ends the wait for room in the ring; what has entered the ring is not taken back.</param>
    public ValueTask<AppendAck> AppendAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        Require(batch);
        TakenEvents taken = Engine.Filter.Take(batch);
        ValueTask<AppendAck> ack = _enrichment is null
            ? Engine.Appender.AppendAsync(taken.Events, cancellationToken)
            : _enrichment.AppendAsync(taken.Events, cancellationToken);
        return taken.Early + taken.Late == 0 ? ack : CountAsync(ack, taken);
    }

    /// <summary>
    /// Creates a group of events that a source sends together with its position. Fill it, append it, clear it and fill it again.
    /// A source that fails can begin again at <see cref="GetResumePosition"/>, or anywhere before it: events that it sends again
    /// are recognised as the same events, so each is stored once.
    /// </summary>
    /// <param name="source">The source's name: 1 to 256 bytes of UTF-8.</param>
    /// <param name="capacity">How many events of each type the group holds before it grows.</param>
    /// <remarks>
    /// The group starts with the incarnation that the store knows. Set <see cref="EventGroup.Incarnation"/> to that of your
    /// source.
    /// </remarks>
    public EventGroup CreateGroup(string source, int capacity = 256)
    {
        EventGroup group = new(Schema, source, capacity);
        if (Engine.Sources.Find(source) is { } known)
        {
            (group.Generation, group.Incarnation) = (known.Generation, known.Incarnation);
        }

        return group;
    }

    /// <summary>
    /// Lets a source begin anew, from position 0. Use it when another source takes over the name, or when the same source starts
    /// over. Groups made before the reset are refused from then on. The source's events stay; events that arrive again are
    /// recognised as the same events. When the call has completed, <see cref="GetSource"/> shows the reset in every durability
    /// mode.
    /// </summary>
    /// <param name="source">The source's name.</param>
    /// <param name="incarnation">Identifies the source from now on; leave it empty when that is not known.</param>
    /// <param name="cancellationToken">Ends the wait for room in the ring.</param>
    public async ValueTask<AppendAck> ResetSourceAsync(
        string source, SourceIncarnation incarnation = default, CancellationToken cancellationToken = default)
    {
        EventGroup group = CreateGroup(source, capacity: 1);
        group.Generation = checked(group.Generation + 1);
        group.Incarnation = incarnation;
        AppendAck ack = await AppendGroupAsync(group, cancellationToken).ConfigureAwait(false);

        // With Durability.InMemory the acknowledgement comes before reads see the reset. A caller that then asked for the resume
        // position would get the old one.
        await WaitUntilVisibleAsync(cancellationToken).ConfigureAwait(false);
        return ack;
    }

    /// <summary>
    /// The position at which a source goes on, and the source's incarnation; null when the source has sent nothing.
    /// </summary>
    public SourcePosition? GetSource(string source)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        return Engine.Sources.Find(source);
    }

    /// <summary>
    /// Appends a group, including its position, if the ring has room now; otherwise like <see cref="TryAppend"/>.
    /// </summary>
    /// <exception cref="EventRejectedException">
    /// The group is too large, or an event's time is too far in the future or the past; nothing of it was appended.
    /// </exception>
    public bool TryAppendGroup(EventGroup group, out AppendTicket ticket)
    {
        Require(group);
        TakenEvents taken = Engine.Filter.Take(group);
        bool isAppended = _enrichment is null
            ? Engine.Appender.TryAppend(taken.Events, out ticket)
            : _enrichment.TryAppend(taken.Events, out ticket);
        if (isAppended)
        {
            Engine.Filter.Count(taken);
        }

        return isAppended;
    }

    /// <summary>Appends a group, including its position, and blocks while the ring is full.</summary>
    /// <exception cref="EventRejectedException">As in <see cref="TryAppendGroup"/>.</exception>
    public AppendTicket AppendGroup(EventGroup group, CancellationToken cancellationToken = default)
    {
        Require(group);
        TakenEvents taken = Engine.Filter.Take(group);
        AppendTicket ticket = _enrichment is null
            ? Engine.Appender.Append(taken.Events, cancellationToken)
            : _enrichment.Append(taken.Events, cancellationToken);
        Engine.Filter.Count(taken);
        return ticket;
    }

    /// <summary>
    /// Appends a group, including its position, as one record, and waits for what the durability mode promises. A crash leaves
    /// all of the group or none of it. Only with <see cref="Durability.InMemory"/> a crash may leave some of its events without
    /// the position; it never leaves the position without the events.
    /// </summary>
    /// <param name="group">It may have no events: then it only moves the position.</param>
    /// <param name="cancellationToken">Ends the wait for room in the ring; what has entered the ring is not taken back.</param>
    /// <exception cref="EventRejectedException">As in <see cref="TryAppendGroup"/>.</exception>
    /// <exception cref="StorePoisonedException">The store has failed; whether the group survives is unknown.</exception>
    public ValueTask<AppendAck> AppendGroupAsync(EventGroup group, CancellationToken cancellationToken = default)
    {
        Require(group);
        TakenEvents taken = Engine.Filter.Take(group);
        ValueTask<AppendAck> ack = _enrichment is null
            ? Engine.Appender.AppendAsync(taken.Events, cancellationToken)
            : _enrichment.AppendAsync(taken.Events, cancellationToken);
        return taken.Early + taken.Late == 0 ? ack : CountAsync(ack, taken);
    }

    /// <summary>
    /// The position at which a source goes on: the greatest position among its groups that reads see. Null when the source has
    /// sent none.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The name is empty, or contains half of a surrogate pair, which no source name may.
    /// </exception>
    public long? GetResumePosition(string source)
    {
        IdentityText.Require(source, nameof(source));
        return Engine.Sources.Find(source)?.Position;
    }

    /// <summary>The position at which each source goes on, ordered by name.</summary>
    public IReadOnlyList<SourcePosition> GetResumePositions() => Engine.Sources.All();

    /// <summary>Waits for the acknowledgement of an accepted append. Call it once for each ticket.</summary>
    /// <param name="ticket">The ticket that the append returned.</param>
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
    /// Waits until reads see every event that was accepted before the call. With <see cref="Durability.InMemory"/> an
    /// acknowledgement does not promise this. In the other modes it does, and you need not call this method.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StorePoisonedException">The store has failed; the accepted events may never become visible.</exception>
    public async Task WaitUntilVisibleAsync(CancellationToken cancellationToken = default) =>
        await Engine.WhenAppliedAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Waits until no accepted event waits for its enrichment. By then every event is enriched, has failed, or is left to an
    /// offline job. Returns at once when the store enriches nothing.
    /// </summary>
    public Task WhenEnrichedAsync(CancellationToken cancellationToken = default) =>
        _enrichment?.WhenIdleAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>The current counters of enrichment at indexing; all are zero when the store enriches nothing.</summary>
    public EnrichmentStats GetEnrichmentStats() => _enrichment?.GetStats() ?? new EnrichmentStats(0, 0, 0, 0, 0, 0, null);

    // A call that is cancelled before it has entered the ring may be made again, and what it leaves out then counts once.
    private async ValueTask<AppendAck> CountAsync(ValueTask<AppendAck> appended, TakenEvents taken)
    {
        AppendAck ack = await appended.ConfigureAwait(false);
        Engine.Filter.Count(taken);
        return ack;
    }

    [MethodImpl(Compile.InFull)]
    private void Require(EventGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (!ReferenceEquals(group.Schema, Schema))
        {
            throw new ArgumentException(
                $"The group of source '{group.Source}' was not made for this store; make it with CreateGroup.",
                nameof(group));
        }

        if (Engine.Sources.Find(group.Source) is not { } known || group.Generation > known.Generation)
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
                group.Source,
                $"the store knows it as {known.Incarnation}, the group is of {group.Incarnation}; "
                    + "reset the source if it begins anew.");
        }
    }

    [MethodImpl(Compile.InFull)]
    private void Require(EventBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        EventTypeSchema type = batch.EventType;
        if (type.Id >= Schema.EventTypes.Count || !ReferenceEquals(type, Schema.EventTypes[type.Id]))
        {
            throw new ArgumentException(
                $"The batch of '{type.Name}' was not made for this store; make it with CreateBatch.",
                nameof(batch));
        }

        if (type.IsDropped)
        {
            throw new ArgumentException($"The event type '{type.Name}' was dropped; it takes no events.", nameof(batch));
        }
    }
}
