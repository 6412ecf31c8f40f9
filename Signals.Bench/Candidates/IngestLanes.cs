namespace Signals.Bench.Candidates;

/// <summary>A producer's batches, one for each event type. Used by one thread at a time.</summary>
internal sealed class IngestLanes
{
    private readonly SignalStore _store;
    private readonly IngestLane[] _lanes;
    private AppendTicket _last;
    private bool _isWaiting;

    public IngestLanes(SignalStore store, bool hasItem)
    {
        _store = store;
        _lanes = [.. EventLog.TypeNames.Select(name => new IngestLane(store, name, hasItem))];
    }

    /// <summary>Adds an event, and appends the batch of its type when that is full.</summary>
    public void Add(EventLog log, int i)
    {
        IngestLane lane = _lanes[log.Types[i]];
        lane.Add(log, i);
        if (lane.IsFull)
        {
            Append(lane);
        }
    }

    /// <summary>Appends what is left in the batches.</summary>
    public void AppendAll()
    {
        foreach (IngestLane lane in _lanes)
        {
            if (lane.Count > 0)
            {
                Append(lane);
            }
        }
    }

    /// <summary>
    /// Completes when everything that was appended is acknowledged. Acknowledgements are positions in one stream, so the last one
    /// covers those before it.
    /// </summary>
    public async ValueTask WaitAsync()
    {
        if (_isWaiting)
        {
            _isWaiting = false;
            await _store.WaitAsync(_last).ConfigureAwait(false);
        }
    }

    /// <summary>Blocks until everything that was appended is acknowledged.</summary>
    public void Wait() => WaitAsync().AsTask().GetAwaiter().GetResult();

    private void Append(IngestLane lane)
    {
        _last = lane.Append();
        _isWaiting = true;
    }
}
