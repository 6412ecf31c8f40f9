using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>This library with its default options. Their durability is Buffered.</summary>
internal sealed class SignalsCandidate : ICandidate
{
    private readonly SignalStore _store;
    private readonly SequenceQuery _allTypes;
    private readonly SequenceQuery _oneType;
    private readonly IngestLane[] _lanes;
    private long _sink;

    public SignalsCandidate(string path, bool synced, long? cacheBytes)
    {
        _store = SignalStore.Open(path, Schema(), new StoreOptions
        {
            Durability = synced ? Durability.Synced : Durability.Buffered,
            BlockCacheBytes = cacheBytes ?? new StoreOptions().BlockCacheBytes,
        });
        _lanes = [.. EventLog.TypeNames.Select(name => new IngestLane(_store, name))];
        _allTypes = _store.Query(EventLog.TypeNames).Last(ICandidate.ReadRows).Build();
        _oneType = _store.Query(EventLog.TypeNames[0]).Last(ICandidate.ReadRows).Build();
    }

    /// <summary>A schema with one event type for each type of the workload.</summary>
    public static StoreSchema Schema() => StoreSchema.Define(s =>
    {
        foreach (string name in EventLog.TypeNames)
        {
            s.EventType(name, t => t.Field<long>("item_id").Field<byte>("surface").Field<int>("action").Field<float>("dwell"));
        }
    });

    public string Name => "Signals";

    public string Settings =>
        "StoreOptions defaults: Buffered (written to the OS before the ack, log synced every second in the background), "
        + "128 MiB memtables, 256 MiB block cache; batches of 256 events of one type, acks awaited at the end";

    public string DataFileEnd => ".tbl";

    public void Ingest(EventLog log, int producers) => ProducerRun.All(producers, producer =>
    {
        IngestLane[] lanes = [.. EventLog.TypeNames.Select(name => new IngestLane(_store, name))];
        ProducerRun.ForEachBatch(log, producer, producers, (start, count) =>
        {
            for (int i = start; i < start + count; i++)
            {
                lanes[log.Types[i]].Add(log, i);
            }
        });
        foreach (IngestLane lane in lanes)
        {
            lane.Append();
        }

        foreach (IngestLane lane in lanes)
        {
            lane.WaitForLast();
        }
    });

    public void Append(EventLog log, int start, int count)
    {
        for (int i = start; i < start + count; i++)
        {
            _lanes[log.Types[i]].Add(log, i);
        }

        foreach (IngestLane lane in _lanes)
        {
            lane.Append();
        }

        foreach (IngestLane lane in _lanes)
        {
            lane.WaitForLast();
        }
    }

    public void FlushAndCompact()
    {
        _store.FlushAsync().GetAwaiter().GetResult();
        _store.CompactAsync().GetAwaiter().GetResult();
    }

    public int Read(uint user, ReadShape shape)
    {
        using Sequence sequence = _store.Read(UserId.From(user + 1), QueryOf(shape));
        int count = sequence.Count;
        if (count > 0)
        {
            // Takes every span and one value from it, as a caller would start to do.
            _sink += sequence.Times[^1] + (long)sequence.Ids[^1] + sequence.EventTypes[^1] + sequence.Field<long>(0)[^1]
                + sequence.Field<byte>(1)[^1] + sequence.Field<int>(2)[^1] + (long)sequence.Field<float>(3)[^1];
        }

        return count;
    }

    public void Read(uint user, ReadShape shape, Answer answer)
    {
        using Sequence sequence = _store.Read(UserId.From(user + 1), QueryOf(shape));
        answer.Count = sequence.Count;
        sequence.Times.CopyTo(answer.Times);
        sequence.Ids.CopyTo(answer.Ids);
        sequence.EventTypes.CopyTo(answer.Types);
        sequence.Field<long>("item_id").CopyTo(answer.Items);
        sequence.Field<byte>("surface").CopyTo(answer.Surfaces);
        sequence.Field<int>("action").CopyTo(answer.Actions);
        sequence.Field<float>("dwell").CopyTo(answer.Dwells);
    }

    public string Describe() => $"{_store.GetStats()} (sink {_sink & 1})";

    public void Dispose() => _store.Dispose();

    private SequenceQuery QueryOf(ReadShape shape) => shape == ReadShape.AllTypes ? _allTypes : _oneType;
}
