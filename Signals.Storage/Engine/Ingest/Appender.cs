using System.Runtime.CompilerServices;
using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Storage.Engine.Context;
using Signals.Storage.Telemetry;

namespace Signals.Storage.Engine.Ingest;

/// <summary>The producers' side: checks a batch, claims room in the ring, encodes it there and publishes it.</summary>
/// <remarks>
/// Thread contract: any thread, without locks; nothing is allocated unless an append has to wait. A refused batch leaves no trace. Events
/// are read before a call returns and never afterwards: an append that has to wait encodes them first. Lifetime: that of the store.
/// </remarks>
internal sealed class Appender(StoreContext context, IngestQueue queue, RejectionCounts rejected)
{
    private readonly EngineOptions _options = context.Options;
    private readonly ByteRing _ring = queue.Ring;
    private readonly AckQueue _acks = queue.Acks;
    private readonly FreshnessSampler _freshness = context.Telemetry.Freshness;
    private readonly Func<StreamPosition> _visible = () => queue.Acks.Acknowledged;
    private long _backPressure;
    private long _outOfReach;

    /// <summary>Events accepted that no read will show, because they were older than the max age of their type when they came.</summary>
    public long OutOfReach => Volatile.Read(ref _outOfReach);

    /// <summary>Appends that found the ring full.</summary>
    public long BackPressure => Volatile.Read(ref _backPressure);

    /// <summary>Stream position after the newest accepted append.</summary>
    public StreamPosition AcceptedPosition => queue.AcceptedPosition;

    /// <summary>Most bytes of one record.</summary>
    public int MaxBatchBytes => _options.MaxBatchBytes;

    /// <summary>Appends if there is room now; false when the ring is full.</summary>
    public bool TryAppend(IAppendable events, out AppendTicket ticket) => TryPublish(events, Check(events), out ticket);

    /// <summary>Appends, blocking while the ring is full.</summary>
    public AppendTicket Append(IAppendable events, CancellationToken cancellationToken)
    {
        int length = Check(events);
        if (TryPublish(events, length, out AppendTicket ticket))
        {
            return ticket;
        }

        using WaitingRecord waiting = Wait(events, length);
        while (!TryPublish(waiting, length, out ticket))
        {
            _ring.WaitForSpace(length, Timeout.Infinite, cancellationToken);
        }

        return ticket;
    }

    /// <summary>Appends, waiting while the ring is full, then waits for the acknowledgement that the durability mode promises.</summary>
    public ValueTask<AppendAck> AppendAsync(IAppendable events, CancellationToken cancellationToken)
    {
        int length = Check(events);
        return TryPublish(events, length, out AppendTicket ticket)
            ? Acknowledge(ticket)
            : AppendWhenRoomAsync(Wait(events, length), cancellationToken);
    }

    /// <summary>Checks and encodes events that will be appended later. The caller disposes the result.</summary>
    /// <exception cref="EventRejectedException">The events would be refused when they are appended.</exception>
    public WaitingRecord Encode(IAppendable events) => Wait(events, Check(events));

    /// <summary>
    /// Appends the erasure of a user's events up to a time, waiting while the ring is full, and waits for the acknowledgement.
    /// </summary>
    public ValueTask<AppendAck> EraseAsync(UserId user, long cutoffMs, CancellationToken cancellationToken) =>
        TryPublishErasure(user, cutoffMs, out AppendTicket ticket)
            ? _acks.WaitAsync(new StreamPosition(ticket.Position))
            : EraseWhenRoomAsync(user, cutoffMs, cancellationToken);

    /// <summary>
    /// Waits until an accepted append is acknowledged: in memory at once, otherwise when the log and the memtable have it.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public ValueTask<AppendAck> Acknowledge(AppendTicket ticket) => _options.Durability == Durability.InMemory
        ? ValueTask.FromResult(new AppendAck(Durability.InMemory, ticket.Position))
        : _acks.WaitAsync(new StreamPosition(ticket.Position));

    private WaitingRecord Wait(IAppendable events, int length) =>
        events as WaitingRecord ?? new WaitingRecord(events, length) { OutOfReach = CountOutOfReach(events) };

    private async ValueTask<AppendAck> AppendWhenRoomAsync(WaitingRecord events, CancellationToken cancellationToken)
    {
        AppendTicket ticket;
        using (events)
        {
            int length = events.PlanRecord();
            do
            {
                await _ring.WaitForSpaceAsync(length, cancellationToken).ConfigureAwait(false);
            }
            while (!TryPublish(events, length, out ticket));
        }

        return await Acknowledge(ticket).ConfigureAwait(false);
    }

    private async ValueTask<AppendAck> EraseWhenRoomAsync(UserId user, long cutoffMs, CancellationToken cancellationToken)
    {
        AppendTicket ticket;
        do
        {
            await _ring.WaitForSpaceAsync(EraseRecord.Length, cancellationToken).ConfigureAwait(false);
        }
        while (!TryPublishErasure(user, cutoffMs, out ticket));

        return await _acks.WaitAsync(new StreamPosition(ticket.Position)).ConfigureAwait(false);
    }

    [MethodImpl(Compile.InFull)]
    private bool TryPublish(IAppendable events, int length, out AppendTicket ticket)
    {
        if (!TryClaim(length, out RingClaim claim))
        {
            ticket = default;
            return false;
        }

        long started = _freshness.Begin();

        // Not a using statement: that would dispose a copy of the claim, which does not know that it was committed.
        try
        {
            events.WriteRecord(claim.Span);
            claim.Commit();
        }
        finally
        {
            claim.Dispose();
        }

        if (CountOutOfReach(events) is > 0 and int lost)
        {
            Interlocked.Add(ref _outOfReach, lost);
        }

        StreamPosition end = queue.PositionOf(claim.EndOffset);
        ticket = new AppendTicket(end.Value);
        _freshness.Offer(started, end, _visible);
        return true;
    }

    private bool TryPublishErasure(UserId user, long cutoffMs, out AppendTicket ticket)
    {
        if (!TryClaim(EraseRecord.Length, out RingClaim claim))
        {
            ticket = default;
            return false;
        }

        EraseRecord.Write(claim.Span, user, cutoffMs);
        claim.Commit();
        ticket = new AppendTicket(queue.PositionOf(claim.EndOffset).Value);
        return true;
    }

    [MethodImpl(Compile.InFull)]
    private bool TryClaim(int length, out RingClaim claim)
    {
        if (_ring.TryClaim(length, out claim))
        {
            return true;
        }

        if (_ring.IsClosed)
        {
            context.FailStop.ThrowIfFailed();
            throw new ObjectDisposedException("SignalStore");
        }

        Interlocked.Increment(ref _backPressure);
        return false;
    }

    /// <summary>Refuses events that must not enter the store; returns the length of their record.</summary>
    [MethodImpl(Compile.InFull)]
    private int Check(IAppendable events)
    {
        context.FailStop.ThrowIfFailed();
        EventTimeRange taken = EventTimeRange.Around(context.NowMs, _options.MaxPastTime, _options.MaxFutureTime);
        foreach (EventBatch batch in events.Batches)
        {
            CheckTimes(events, batch, taken);
        }

        int length = events.PlanRecord();
        if (length <= _options.MaxBatchBytes)
        {
            return length;
        }

        rejected.RefuseForSize(events.Count);
        throw new EventRejectedException(
            RejectionReason.TooLarge,
            $"The batch of {events.Count} events takes {length} bytes, the limit is {_options.MaxBatchBytes}; "
            + "append fewer events at a time or raise MaxBatchBytes. Nothing of it was appended.");
    }

    [MethodImpl(Compile.InFull)]
    private void CheckTimes(IAppendable events, EventBatch batch, EventTimeRange taken)
    {
        ReadOnlySpan<long> times = batch.Rows.Times;
        for (int row = 0; row < times.Length; row++)
        {
            if (!taken.Holds(times[row]))
            {
                bool isEarly = times[row] < taken.EarliestMs;
                string what = isEarly
                    ? $"earlier than now less the allowed {nameof(StoreOptions.MaxPastTime)} of {_options.MaxPastTime}"
                    : $"later than now plus the allowed {nameof(StoreOptions.MaxFutureTime)} of {_options.MaxFutureTime}";
                string? unit = TimeUnitGuess.FindUnit(times, taken.EarliestMs, taken.LatestMs);
                string hint = unit is null ? "" : $" All its times look like {unit}.";
                rejected.RefuseForTime(events.Count, isEarly);
                throw new EventRejectedException(
                    RejectionReason.TimeOutOfRange,
                    $"Event {row} of the batch of '{batch.EventType.Name}' has time {times[row]}, {what}; "
                    + $"times are milliseconds since the Unix epoch.{hint} Nothing of the batch was appended.")
                {
                    LooksLike = unit,
                };
            }
        }
    }

    private int CountOutOfReach(IAppendable events)
    {
        int count = events is WaitingRecord waiting ? waiting.OutOfReach : 0;
        foreach (EventBatch batch in events.Batches)
        {
            if (batch.EventType.MaxAge is { } age)
            {
                long oldest = context.NowMs - (age.Ticks / TimeSpan.TicksPerMillisecond);
                foreach (long eventTime in batch.Rows.Times)
                {
                    count += eventTime < oldest ? 1 : 0;
                }
            }
        }

        return count;
    }
}
