using FASTER.core;
using Signals.Bench.Vectors;
using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>
/// FASTER: a hash index over one value per user and type, which holds the newest rows sorted and is updated in place, and a
/// FasterLog in front of it.
/// </summary>
internal sealed class FasterCandidate : ICandidate
{
    private const long IndexBuckets = 1L << 20; // Of 64 bytes each.

    private readonly StoreSetup _setup;
    private readonly int _rowBytes;
    private readonly FasterWriteAheadLog _log;
    private readonly IDevice _device;
    private readonly FasterKV<FasterKey, SpanByte> _store;
    private readonly FasterSession _readSession;
    private readonly FasterSession _writeSession;
    private readonly FasterReader _reader;
    private readonly FasterEnrichment _enrichment;
    private readonly Answer _answer = new(ICandidate.ReadRows);

    public FasterCandidate(StoreSetup setup)
    {
        _setup = setup;
        _rowBytes = setup.HasItem ? PackedRow.Bytes : PackedRow.PlainBytes;
        _log = new FasterWriteAheadLog(Path.Combine(setup.Path, "wal.log"), _rowBytes);
        _device = Devices.CreateLogDevice(Path.Combine(setup.Path, "hybrid.log"));
        LogSettings log = new()
        {
            LogDevice = _device,
            PageSizeBits = 25,
            SegmentSizeBits = 30,
            MemorySizeBits = 32,
            MutableFraction = 0.9,
        };
        _store = new FasterKV<FasterKey, SpanByte>(
            IndexBuckets,
            log,
            comparer: new FasterKey.Comparer(),
            variableLengthStructSettings:
                new VariableLengthStructSettings<FasterKey, SpanByte> { valueLength = new SpanByteVarLenStruct() },
            concurrencyControlMode: ConcurrencyControlMode.RecordIsolation);
        _readSession = new FasterSession(_store, _rowBytes);
        _writeSession = new FasterSession(_store, _rowBytes);
        _reader = new FasterReader(_readSession, _rowBytes);
        _enrichment = new FasterEnrichment(_readSession, _reader);
        _log.Replay(_writeSession);
    }

    public string Name => "FASTER";

    public string Settings =>
        "one value per user and type with its newest 128 to 256 rows, sorted, updated in place; older halves under keys of their "
        + "own; 64 MiB index with a mixing hash, 4 GiB hybrid log in memory (0.9 of it mutable), records locked for the time of a "
        + "call; rows decoded inside the read; a FasterLog with checksums and commits in the log itself in front: "
        + "one entry per 256 events, a commit (written to the device) asked for after each and waited for at the end";

    public string DataFileEnd => ".log.0";

    public bool TakesVectors => _setup.HasVectors;

    public void Ingest(EventLog log, int producers) => ProducerRun.All(producers, producer =>
    {
        using FasterSession session = new(_store, _rowBytes);
        ProducerRun.ForEachBatch(log, producer, producers, (start, count) =>
        {
            _log.Append(log, start, count, wait: false);
            Insert(session, log, start, count);
        });
        _log.Commit(wait: true);
    });

    public void Append(EventLog log, int start, int count)
    {
        _log.Append(log, start, count, wait: _setup.Synced);
        Insert(_writeSession, log, start, count);
    }

    /// <summary>FASTER has nothing to merge. This writes the values to their device.</summary>
    public void FlushAndCompact() => _store.Log.Flush(wait: true);

    public int Read(ulong user, ReadShape shape)
    {
        Read(user, shape, _answer);
        return _answer.Count;
    }

    public void Read(ulong user, ReadShape shape, Answer answer) => _reader.Read(user, shape, answer);

    public void Enrich(EnrichmentRows rows) => _enrichment.Write(rows);

    public int ReadVectors(ulong user) => _enrichment.Read(user);

    public void ReadVectors(ulong user, VectorAnswer answer) => _enrichment.Read(user, answer);

    public ICaller NewCaller() => new FasterCaller(_log, new FasterSession(_store, _rowBytes), _rowBytes);

    public string Describe() => $"{_store.EntryCount:N0} entries, tail at {_store.Log.TailAddress:N0}";

    public void Dispose()
    {
        _readSession.Dispose();
        _writeSession.Dispose();
        _store.Dispose();
        _device.Dispose();
        _log.Dispose();
    }

    /// <summary>Inserts a batch that is in the log.</summary>
    public static void Insert(FasterSession session, EventLog log, int start, int count)
    {
        for (int i = start; i < start + count; i++)
        {
            PackedRow row = PackedRow.Of(log, i);
            session.Insert(log.Users[i], log.Types[i], ref row);
        }
    }
}
