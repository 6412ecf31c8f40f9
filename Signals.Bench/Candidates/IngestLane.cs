using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>A producer's batch of one event type. Used by one thread.</summary>
internal sealed class IngestLane
{
    private readonly SignalStore _store;
    private readonly EventBatch _batch;
    private readonly Column<long> _item;
    private readonly Column<byte> _surface;
    private readonly Column<int> _action;
    private readonly Column<float> _dwell;
    private AppendTicket _last;
    private bool _appended;

    public IngestLane(SignalStore store, string eventType)
    {
        _store = store;
        _batch = store.CreateBatch(eventType, ICandidate.BatchRows);
        EventTypeSchema schema = store.Schema[eventType];
        _item = schema.Column<long>("item_id");
        _surface = schema.Column<byte>("surface");
        _action = schema.Column<int>("action");
        _dwell = schema.Column<float>("dwell");
    }

    public void Add(EventLog log, int i)
    {
        _batch.Add(UserId.From(log.Users[i] + 1), log.Times[i], log.Ids[i])
            .Set(_item, log.Items[i])
            .Set(_surface, log.Surfaces[i])
            .Set(_action, log.Actions[i])
            .Set(_dwell, log.Dwells[i]);
        if (_batch.Count == ICandidate.BatchRows)
        {
            Append();
        }
    }

    public void Append()
    {
        if (_batch.Count > 0)
        {
            _last = _store.Append(_batch);
            _appended = true;
            _batch.Clear();
        }
    }

    public void WaitForLast()
    {
        if (_appended)
        {
            _store.WaitAsync(_last).AsTask().GetAwaiter().GetResult();
        }
    }
}
