using System.Diagnostics;
using Signals.Samples.ConsoleHost.Events;

namespace Signals.Samples.ConsoleHost.Ingest;

/// <summary>
/// Appends events in batches, one batch per event type. Does not wait for each acknowledgement but keeps a bounded number of
/// batches under way, so that a slow sync delays many batches once. One thread. Call <see cref="CompleteAsync"/> at the end.
/// </summary>
internal sealed class EventAppender : IEventAppender
{
    private const int MaxUnacknowledged = 64;

    private readonly SignalStore _store;
    private readonly PendingBatch[] _pending;
    private readonly Queue<AppendTicket> _unacknowledged = new(MaxUnacknowledged + 1);
    private readonly RejectionTally _rejected;
    private readonly FreshnessProbe? _probe;
    private readonly Action<SingleEvent>? _accepted;

    /// <summary>Appends events of <paramref name="declared"/> to <paramref name="store"/>.</summary>
    /// <param name="store">Where to.</param>
    /// <param name="declared">The schema of the records.</param>
    /// <param name="rejected">Where the store's refusals are counted.</param>
    /// <param name="probe">Is shown some events to time how soon they are visible.</param>
    /// <param name="accepted">Is told of every event that the store has taken.</param>
    public EventAppender(
        SignalStore store, StoreSchema declared, RejectionTally rejected, FreshnessProbe? probe, Action<SingleEvent>? accepted)
    {
        _store = store;
        _rejected = rejected;
        _probe = probe;
        _accepted = accepted;
        _pending = [.. declared.EventTypes.Select(type => new PendingBatch(store, type))];
    }

    /// <inheritdoc />
    public long Accepted { get; private set; }

    /// <inheritdoc />
    bool IEventAppender.Add(SingleEvent single, long end) => Add(single);

    /// <summary>Adds an event. True when its batch is full and a flush must follow.</summary>
    public bool Add(SingleEvent single)
    {
        PendingBatch pending = _pending[single.EventType.Id];
        pending.Add(single);
        return pending.IsFull;
    }

    /// <inheritdoc />
    public ValueTask FlushAsync(EventTypeSchema declared) => FlushAsync(_pending[declared.Id]);

    /// <inheritdoc />
    public async ValueTask FlushAsync()
    {
        foreach (PendingBatch pending in _pending)
        {
            await FlushAsync(pending).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public async ValueTask CompleteAsync()
    {
        await FlushAsync().ConfigureAwait(false);
        while (_unacknowledged.TryDequeue(out AppendTicket ticket))
        {
            await _store.WaitAsync(ticket).ConfigureAwait(false);
        }
    }

    private async ValueTask FlushAsync(PendingBatch pending)
    {
        if (pending.Batch.Count == 0)
        {
            return;
        }
        long started = Stopwatch.GetTimestamp();
        if (TryAppend(pending.Batch, out EventRejectedException? refusal))
        {
            foreach (SingleEvent single in pending.Records)
            {
                Accept(single);
            }
            _probe?.Offer(pending.Records[^1], started);
        }
        else
        {
            AppendOneByOne(pending, refusal!);
        }
        pending.Batch.Clear();
        while (_unacknowledged.Count > MaxUnacknowledged)
        {
            await _store.WaitAsync(_unacknowledged.Dequeue()).ConfigureAwait(false);
        }
    }

    private void AppendOneByOne(PendingBatch pending, EventRejectedException refusal)
    {
        ReadOnlySpan<SingleEvent> records = pending.Records;
        for (int i = 0; i < records.Length; i++)
        {
            EventRejectedException? reason = refusal;
            if (records.Length > 1)
            {
                pending.Isolate(i);
                TryAppend(pending.Batch, out reason);
            }
            if (reason is null)
            {
                Accept(records[i]);
            }
            else
            {
                _rejected.Add($"refused by the store: {reason.Reason}", reason.Message);
            }
        }
    }

    private bool TryAppend(EventBatch batch, out EventRejectedException? refusal)
    {
        try
        {
            if (!_store.TryAppend(batch, out AppendTicket ticket))
            {
                // The ring is full: wait here, so that the source is read no faster than the store takes events.
                ticket = _store.Append(batch);
            }
            _unacknowledged.Enqueue(ticket);
            refusal = null;
            return true;
        }
        catch (EventRejectedException e)
        {
            refusal = e;
            return false;
        }
    }

    private void Accept(SingleEvent single)
    {
        Accepted++;
        _accepted?.Invoke(single);
    }
}
