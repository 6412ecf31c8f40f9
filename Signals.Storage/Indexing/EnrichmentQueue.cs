namespace Signals.Storage.Indexing;

/// <summary>
/// Copies of appended events that wait for their enrichment, gathered into batches per type. The number of events that wait or
/// are being enriched is bounded.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Room is reserved before an append and released when its events are done, so the bound holds
/// however slow the enrichers are. A batch is handed out as soon as a worker asks, full or not, so batches grow only while all
/// workers are busy.
/// </remarks>
internal sealed class EnrichmentQueue(StoreSchema schema, int capacity, int batchEvents)
{
    private readonly Lock _lock = new();
    private readonly Queue<EventBatch> _waiting = new(); // under _lock, as all below; only the last of each type may be part-filled
    private readonly EventBatch?[] _open = new EventBatch?[schema.EventTypes.Count];
    private readonly Stack<EventBatch>[] _spare = [.. schema.EventTypes.Select(_ => new Stack<EventBatch>())];
    private long _pending;
    private bool _closed;
    private TaskCompletionSource? _changed;
    private TaskCompletionSource? _filled;

    /// <summary>Events that wait, are being enriched, or are about to be appended.</summary>
    public long Pending => Volatile.Read(ref _pending);

    /// <summary>
    /// Reserves room for events that are about to be appended; false when there is none. A closed queue always grants room,
    /// because it keeps no events.
    /// </summary>
    public bool TryReserve(int events)
    {
        if (events == 0)
        {
            return true;
        }

        lock (_lock)
        {
            if (!_closed && _pending > 0 && _pending + events > capacity)
            {
                return false;
            }

            _pending += events;
            return true;
        }
    }

    /// <summary>Reserves room, and waits until there is some.</summary>
    public async ValueTask ReserveAsync(int events, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed = NextChange();
            if (TryReserve(events))
            {
                return;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until nothing is pending.</summary>
    public async Task WhenEmptyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed = NextChange();
            if (Pending == 0)
            {
                return;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Releases room: the events are done, or were not appended.</summary>
    public void Release(int events)
    {
        TaskCompletionSource? changed;
        lock (_lock)
        {
            _pending -= events;
            (changed, _changed) = (_changed, null);
        }

        changed?.SetResult();
    }

    /// <summary>Takes copies of appended events whose room was reserved. False when the queue is closed.</summary>
    public bool TryAdd(EventBatch events)
    {
        TaskCompletionSource? filled;
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }

            for (int row = 0; row < events.Count;)
            {
                EventBatch open = OpenLocked(events.EventType.Id);
                int count = Math.Min(events.Count - row, batchEvents - open.Count);
                open.Append(events, row, count);
                row += count;
                if (open.Count == batchEvents)
                {
                    _open[events.EventType.Id] = null;
                }
            }

            (filled, _filled) = (_filled, null);
        }

        filled?.SetResult();
        return true;
    }

    /// <summary>Takes the oldest batch, and waits until there is one. Null once the queue is closed and empty.</summary>
    public async ValueTask<EventBatch?> TakeAsync()
    {
        while (true)
        {
            Task filled;
            lock (_lock)
            {
                if (TryTakeLocked() is EventBatch batch)
                {
                    return batch;
                }

                if (_closed)
                {
                    return null;
                }

                filled = (_filled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await filled.ConfigureAwait(false);
        }
    }

    /// <summary>Takes the oldest batch, or returns null when none waits now.</summary>
    public EventBatch? TryTake()
    {
        lock (_lock)
        {
            return TryTakeLocked();
        }
    }

    /// <summary>Takes a batch back for reuse. A batch that an enricher may still read must not be returned.</summary>
    public void Return(EventBatch batch)
    {
        batch.Clear();
        lock (_lock)
        {
            _spare[batch.EventType.Id].Push(batch);
        }
    }

    /// <summary>Closes the queue: it takes no more events, but the waiting ones can still be taken.</summary>
    public void Close()
    {
        TaskCompletionSource? filled;
        TaskCompletionSource? changed;
        lock (_lock)
        {
            _closed = true;
            (filled, _filled) = (_filled, null);
            (changed, _changed) = (_changed, null);
        }

        filled?.SetResult();
        changed?.SetResult();
    }

    private EventBatch OpenLocked(ushort eventType)
    {
        if (_open[eventType] is not EventBatch open)
        {
            open = _spare[eventType].TryPop(out EventBatch? spare) ? spare : new EventBatch(schema.EventTypes[eventType], batchEvents);
            _open[eventType] = open;
            _waiting.Enqueue(open);
        }

        return open;
    }

    private Task NextChange()
    {
        lock (_lock)
        {
            return (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private EventBatch? TryTakeLocked()
    {
        if (!_waiting.TryDequeue(out EventBatch? batch))
        {
            return null;
        }

        if (ReferenceEquals(_open[batch.EventType.Id], batch))
        {
            _open[batch.EventType.Id] = null;
        }

        return batch;
    }
}
