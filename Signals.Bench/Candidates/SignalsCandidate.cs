using System.Runtime.InteropServices;
using Signals.Bench.Vectors;
using Signals.Bench.Workloads;
using Signals.Offline;

namespace Signals.Bench.Candidates;

/// <summary>This library with its default options. Their durability is Buffered.</summary>
internal sealed class SignalsCandidate : ICandidate
{
    private const string Vector = "embedding";

    // The rows of an enrichment that are handed over in one call.
    private const int EnrichmentBatch = 1024;

    // The batches of mixed types that may wait for their acknowledgement at the same time.
    private const int UnacknowledgedBatches = 16;

    private readonly StoreSetup _setup;
    private readonly SignalStore _store;
    private readonly IngestLanes _lanes;
    private readonly SignalsReader _allTypes;
    private readonly SignalsReader _oneType;
    private readonly SequenceQuery? _vectors;

    public SignalsCandidate(StoreSetup setup)
    {
        _setup = setup;
        _store = SignalStore.Open(setup.Path, Schema(setup), new StoreOptions
        {
            Durability = setup.Synced ? Durability.Synced : Durability.Buffered,
            BlockCacheBytes = setup.CacheBytes ?? new StoreOptions().BlockCacheBytes,
            SmallBlocks = setup.SmallBlocks,
        });
        _lanes = new IngestLanes(_store, setup.HasItem);
        _allTypes = new SignalsReader(_store, setup, EventLog.TypeNames);
        _oneType = new SignalsReader(_store, setup, EventLog.TypeNames[..1]);
        _vectors = setup.HasVectors
            ? _store.Query(EventLog.TypeNames[EnrichmentRows.Type]).Last(ICandidate.ReadRows)
                .Columns("surface", "action", "dwell", Vector).Build()
            : null;
    }

    public string Name => "Signals";

    public string Settings =>
        "StoreOptions defaults: Buffered (written to the OS before the ack, log synced every second in the background), "
        + "128 MiB memtables, 256 MiB block cache; "
        + (_setup.MixesTypes
            ? "a batch of each type for every 256 events, at most 16 times that many unacknowledged; "
                + "an enrichment of 64 bytes declared for each type"
            : "batches of 256 events of one type, acks awaited at the end");

    public string DataFileEnd => ".tbl";

    public bool TakesVectors => _setup.HasVectors;

    /// <summary>A schema with one event type for each type of the workload.</summary>
    public static StoreSchema Schema(StoreSetup setup) => StoreSchema.Define(s =>
    {
        foreach (string name in EventLog.TypeNames)
        {
            s.EventType(name, t =>
            {
                if (setup.HasItem)
                {
                    t.Field<long>("item_id");
                }

                t.Field<byte>("surface").Field<int>("action").Field<float>("dwell");
                if (setup.HasVectors)
                {
                    t.EnrichmentVector<sbyte>(Vector, Vectors64.Dimensions);
                }
            });
        }
    });

    public void Ingest(EventLog log, int producers) => ProducerRun.All(producers, producer =>
    {
        IngestLanes lanes = new(_store, _setup.HasItem);
        int batches = 0;
        ProducerRun.ForEachBatch(log, producer, producers, (start, count) =>
        {
            Add(lanes, log, start, count);
            if (_setup.MixesTypes)
            {
                lanes.AppendAll();
                if (++batches % UnacknowledgedBatches == 0)
                {
                    lanes.Wait();
                }
            }
        });
        lanes.AppendAll();
        lanes.Wait();
    });

    public void Append(EventLog log, int start, int count)
    {
        Add(_lanes, log, start, count);
        _lanes.AppendAll();
        _lanes.Wait();
    }

    public void FlushAndCompact()
    {
        _store.FlushAsync().GetAwaiter().GetResult();
        _store.CompactAsync().GetAwaiter().GetResult();
    }

    public int Read(ulong user, ReadShape shape) => ReaderOf(shape).Read(user);

    public void Read(ulong user, ReadShape shape, Answer answer) => ReaderOf(shape).Read(user, answer);

    /// <summary>Writes a segment and imports it by moving it. <see cref="FlushAndCompact"/> folds it.</summary>
    public void Enrich(EnrichmentRows rows)
    {
        string file = _setup.Path + ".segment";
        try
        {
            WriteSegment(file, rows);
            _store.ImportAsync(file, new ImportOptions { Move = true }).GetAwaiter().GetResult();
        }
        finally
        {
            File.Delete(file);
        }
    }

    public int ReadVectors(ulong user)
    {
        using Sequence sequence = _store.Read(UserId.From(user), _vectors!);
        int count = sequence.Count;
        if (count > 0)
        {
            _allTypes.Sink += sequence.Times[^1] + (long)sequence.Ids[^1] + sequence.Field<byte>(0)[^1] + sequence.Field<int>(1)[^1]
                + (long)sequence.Field<float>(2)[^1] + sequence.Vector<sbyte>(Vector)[^1];
        }

        return count;
    }

    public void ReadVectors(ulong user, VectorAnswer answer)
    {
        using Sequence sequence = _store.Read(UserId.From(user), _vectors!);
        answer.Count = sequence.Count;
        sequence.Times.CopyTo(answer.Times);
        sequence.Ids.CopyTo(answer.Ids);
        MemoryMarshal.AsBytes(sequence.Vector<sbyte>(Vector)).CopyTo(answer.Vectors);
    }

    public ICaller NewCaller() => new SignalsCaller(_store, _setup);

    public string Describe() => $"{_store.GetStats()} (sink {(_allTypes.Sink + _oneType.Sink) & 1})";

    public void Dispose() => _store.Dispose();

    private static void Add(IngestLanes lanes, EventLog log, int start, int count)
    {
        for (int i = start; i < start + count; i++)
        {
            lanes.Add(log, i);
        }
    }

    private void WriteSegment(string file, EnrichmentRows rows)
    {
        EventTypeSchema type = _store.Schema[EventLog.TypeNames[EnrichmentRows.Type]];
        Column<sbyte> column = type.Column<sbyte>(Vector);
        using SegmentWriter writer = SegmentWriter.Create(
            file, type, new SegmentOptions { Generation = 1, MemoryBudgetBytes = 1L << 30 });
        UserId[] users = new UserId[EnrichmentBatch];
        byte[] vectors = new byte[EnrichmentBatch * Vectors64.Dimensions];
        EventLog log = rows.Log;
        int count;
        for (int start = 0; start < log.Count; start += count)
        {
            count = Math.Min(log.Count - start, EnrichmentBatch);
            for (int row = 0; row < count; row++)
            {
                users[row] = UserId.From(log.Users[start + row]);
                Vectors64.Write(log.Ids[start + row], vectors.AsSpan(row * Vectors64.Dimensions, Vectors64.Dimensions));
            }

            writer.Correct(
                users.AsSpan(0, count),
                log.Times.AsSpan(start, count),
                log.Ids.AsSpan(start, count),
                column,
                MemoryMarshal.Cast<byte, sbyte>(vectors.AsSpan(0, count * Vectors64.Dimensions)));
        }

        writer.Finish();
    }

    private SignalsReader ReaderOf(ReadShape shape) => shape == ReadShape.AllTypes ? _allTypes : _oneType;
}
