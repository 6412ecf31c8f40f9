using System.Buffers;
using Signals.Bench.Candidates;
using Signals.Bench.Workloads;

namespace Signals.Bench.Kafka;

/// <summary>The events of a measurement, their schema, and their form as event frames. One thread.</summary>
internal sealed class KafkaWorkload
{
    private readonly EventFrameWriter _writer = new();
    private readonly ArrayBufferWriter<byte> _frame = new(256);
    private readonly SingleEvent _single = new();
    private readonly bool _hasItem;
    private readonly int _item;
    private readonly int _surface;
    private readonly int _action;
    private readonly int _dwell;

    public KafkaWorkload(WorkloadOptions options)
    {
        StoreSetup setup = new("", options.Kind);
        Log = new EventLogGenerator(options).Generate();
        Schema = SignalsCandidate.Schema(setup);
        _hasItem = setup.HasItem;
        EventTypeSchema any = Schema.EventTypes[0]; // all types have the same columns
        (_item, _surface, _action, _dwell) =
            (any.IndexOf("item_id"), any.IndexOf("surface"), any.IndexOf("action"), any.IndexOf("dwell"));
    }

    public EventLog Log { get; }

    public StoreSchema Schema { get; }

    /// <summary>The time of every record, which is that of the last event.</summary>
    public long RecordTimeMs => Log.Times.Max();

    /// <summary>The frame of an event; valid until the next call.</summary>
    public ReadOnlySpan<byte> Frame(int i)
    {
        _single.Begin(Schema.EventTypes[Log.Types[i]]);
        (_single.User, _single.TimeMs, _single.Id) = (UserId.From(Log.Users[i]), Log.Times[i], Log.Ids[i]);
        _single.Set(_surface, Log.Surfaces[i]);
        _single.Set(_action, (int)Log.Actions[i]);
        _single.Set(_dwell, Log.Dwells[i]);
        if (_hasItem)
        {
            _single.Set(_item, (long)Log.Items[i]);
        }

        _frame.ResetWrittenCount();
        _writer.Write(_single, _frame);
        return _frame.WrittenSpan;
    }
}
