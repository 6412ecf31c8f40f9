using LightningDB;
using Signals.Bench.Vectors;
using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>LMDB: one value per user and type with the newest rows, sorted.</summary>
internal sealed class LmdbCandidate : ICandidate
{
    private const int MostReaders = 128;

    private readonly StoreSetup _setup;
    private readonly int _rowBytes;
    private readonly LightningEnvironment _environment;
    private readonly LightningDatabase _events;
    private readonly LightningDatabase _vectors;
    private readonly LmdbWriter _writer;
    private readonly LmdbReader _reader;
    private readonly LmdbEnrichment _enrichment;
    private readonly Answer _answer = new(ICandidate.ReadRows);

    public LmdbCandidate(StoreSetup setup)
    {
        LmdbLibrary.Require();
        _setup = setup;
        _rowBytes = setup.HasItem ? PackedRow.Bytes : PackedRow.PlainBytes;
        _environment = new LightningEnvironment(
            setup.Path, new EnvironmentConfiguration { MapSize = 64L << 30, MaxDatabases = 8, MaxReaders = MostReaders });
        _environment.Open(
            EnvironmentOpenFlags.NoReadAhead | EnvironmentOpenFlags.NoThreadLocalStorage | EnvironmentOpenFlags.NoMemoryInitialization
            | (setup.Synced ? 0 : EnvironmentOpenFlags.NoSync | EnvironmentOpenFlags.NoMetaSync));
        DatabaseOpenFlags duplicates = DatabaseOpenFlags.DuplicatesSort | DatabaseOpenFlags.DuplicatesFixed;
        using (LightningTransaction transaction = _environment.BeginTransaction())
        {
            _events = transaction.OpenDatabase("events", new DatabaseConfiguration { Flags = DatabaseOpenFlags.Create });
            _vectors = transaction.OpenDatabase(
                "vectors", new DatabaseConfiguration { Flags = DatabaseOpenFlags.Create | duplicates });
            LmdbLibrary.Require(transaction.Commit());
        }

        _writer = NewWriter();
        _reader = NewReader();
        _enrichment = new LmdbEnrichment(_environment, _vectors, _reader);
    }

    public string Name => "LMDB";

    public string Settings =>
        "one value per user and type with its newest 128 to 256 rows, sorted; older halves under keys of their own; "
        + "transactions of 256 events in the order of users, no sync (what was committed "
        + "is written to the operating system), no read-ahead, rows decoded from the map in a read transaction that is renewed";

    public string DataFileEnd => "data.mdb";

    public bool TakesVectors => _setup.HasVectors;

    /// <summary>LMDB allows one writer at a time, so the producers take turns.</summary>
    public void Ingest(EventLog log, int producers) => ProducerRun.All(producers, producer =>
    {
        LmdbWriter writer = NewWriter();
        ProducerRun.ForEachBatch(log, producer, producers, (start, count) => writer.Write(log, start, count));
    });

    public void Append(EventLog log, int start, int count) => _writer.Write(log, start, count);

    public void FlushAndCompact() => _environment.Flush(force: true);

    public int Read(ulong user, ReadShape shape)
    {
        Read(user, shape, _answer);
        return _answer.Count;
    }

    public void Read(ulong user, ReadShape shape, Answer answer) => _reader.Read(user, shape, answer);

    public void Enrich(EnrichmentRows rows) => _enrichment.Write(rows);

    public int ReadVectors(ulong user) => _enrichment.Read(user);

    public void ReadVectors(ulong user, VectorAnswer answer) => _enrichment.Read(user, answer);

    public ICaller NewCaller() => new LmdbCaller(NewWriter(), NewReader());

    public string Describe() => $"{_environment.EnvironmentStats.BranchPages} branch pages in the environment";

    public void Dispose()
    {
        _reader.Dispose();
        _events.Dispose();
        _vectors.Dispose();
        _environment.Dispose();
    }

    private LmdbWriter NewWriter() => new(_environment, _events, _rowBytes);

    private LmdbReader NewReader() => new(_environment, _events, _vectors, _rowBytes);
}
