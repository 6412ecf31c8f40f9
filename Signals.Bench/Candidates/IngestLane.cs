namespace Signals.Bench.Candidates;

/// <summary>A producer's batch of one event type. Used by one thread at a time.</summary>
internal sealed class IngestLane
{
    private readonly SignalStore _store;
    private readonly EventBatch _batch;
    private readonly Column<long> _item;
    private readonly Column<byte> _surface;
    private readonly Column<int> _action;
    private readonly Column<float> _dwell;
    private readonly bool _hasItem;

    public IngestLane(SignalStore store, string eventType, bool hasItem = true)
    {
        _store = store;
        _batch = store.CreateBatch(eventType, ICandidate.BatchRows);
        EventTypeSchema schema = store.Schema[eventType];
        _hasItem = hasItem;
        _item = hasItem ? schema.Column<long>("item_id") : default;
        _surface = schema.Column<byte>("surface");
        _action = schema.Column<int>("action");
        _dwell = schema.Column<float>("dwell");
    }

    /// <summary>The number of events that are not appended yet.</summary>
    public int Count => _batch.Count;

    /// <summary>Whether the batch has no room for another event.</summary>
    public bool IsFull => _batch.Count == ICandidate.BatchRows;

    public void Add(EventLog log, int i)
    {
        EventRow row = _batch.Add(UserId.From(log.Users[i]), log.Times[i], log.Ids[i])
            .Set(_surface, log.Surfaces[i])
            .Set(_action, log.Actions[i])
            .Set(_dwell, log.Dwells[i]);
        if (_hasItem)
        {
            row.Set(_item, log.Items[i]);
        }
    }

    public AppendTicket Append()
    {
        AppendTicket ticket = _store.Append(_batch);
        _batch.Clear();
        return ticket;
    }
}
