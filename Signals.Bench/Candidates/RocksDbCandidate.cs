using RocksDbSharp;
using Signals.Bench.Vectors;
using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>RocksDB with one key per event.</summary>
internal sealed class RocksDbCandidate : ICandidate
{
    private readonly StoreSetup _setup;
    private readonly DbOptions _options; // Kept alive as long as the database.
    private readonly ReadOptions _reading = RocksDbSettings.Reading();
    private readonly WriteOptions _writing;
    private readonly RocksDb _database;
    private readonly RocksDbWriter _writer;
    private readonly RocksDbReader _reader;
    private readonly RocksDbEnrichment? _enrichment; // Null in a database without vectors.
    private readonly Answer _answer = new(ICandidate.ReadRows);

    public RocksDbCandidate(StoreSetup setup)
    {
        _setup = setup;
        _options = RocksDbSettings.Options(setup.CacheBytes);
        _writing = new WriteOptions().SetSync(setup.Synced);
        _database = setup.HasVectors
            ? RocksDb.Open(_options, setup.Path, RocksDbSettings.Families(setup.CacheBytes))
            : RocksDb.Open(_options, setup.Path);
        _writer = new RocksDbWriter(_database, _writing, setup);
        _reader = new RocksDbReader(_database, _reading);
        _enrichment = setup.HasVectors ? new RocksDbEnrichment(_database, _reading, setup.Path) : null;
    }

    public string Name => "RocksDB";

    public string Settings => RocksDbSettings.Text;

    public string DataFileEnd => ".sst";

    public bool TakesVectors => _setup.HasVectors;

    public void Ingest(EventLog log, int producers) => ProducerRun.All(producers, producer =>
    {
        using RocksDbWriter writer = new(_database, _writing, _setup);
        ProducerRun.ForEachBatch(log, producer, producers, (start, count) => writer.Write(log, start, count));
    });

    public void Append(EventLog log, int start, int count) => _writer.Write(log, start, count);

    public void FlushAndCompact()
    {
        _database.Flush(new FlushOptions().SetWaitForFlush(true));
        _database.CompactRange((byte[]?)null, null);
        _enrichment?.Compact();
    }

    public int Read(ulong user, ReadShape shape)
    {
        Read(user, shape, _answer);
        return _answer.Count;
    }

    public void Read(ulong user, ReadShape shape, Answer answer) => _reader.Read(user, shape, answer);

    public void Enrich(EnrichmentRows rows) => _enrichment!.Write(rows);

    public int ReadVectors(ulong user) => _enrichment!.Read(user);

    public void ReadVectors(ulong user, VectorAnswer answer) => _enrichment!.Read(user, answer);

    public ICaller NewCaller() => new RocksDbCaller(_database, _reading, _writing, _setup);

    public string Describe() => _database.GetProperty("rocksdb.levelstats")?.ReplaceLineEndings(" | ") ?? "";

    public void Dispose()
    {
        _writer.Dispose();
        _database.Dispose();
        GC.KeepAlive(_options);
    }
}
