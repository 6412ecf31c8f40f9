using System.Buffers.Binary;
using LightningDB;
using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>LMDB: one key per user and type, with the events as its sorted duplicates, newest first.</summary>
internal sealed class LmdbCandidate : ICandidate
{
    private const int KeyBytes = 9;
    private const int ValueBytes = 33;

    private readonly LightningEnvironment _environment;
    private readonly LightningDatabase _database;
    private readonly TypeLists _lists = new();
    private readonly Answer _answer = new(ICandidate.ReadRows);
    private LightningTransaction? _reading;

    public LmdbCandidate(string path, bool synced)
    {
        LmdbLibrary.Require();
        _environment = new LightningEnvironment(path, new EnvironmentConfiguration { MapSize = 64L << 30, MaxDatabases = 1 });
        _environment.Open(
            EnvironmentOpenFlags.NoReadAhead | (synced ? 0 : EnvironmentOpenFlags.NoSync | EnvironmentOpenFlags.NoMetaSync));
        using LightningTransaction transaction = _environment.BeginTransaction();
        _database = transaction.OpenDatabase(
            "events",
            new DatabaseConfiguration
            {
                Flags = DatabaseOpenFlags.Create | DatabaseOpenFlags.DuplicatesSort | DatabaseOpenFlags.DuplicatesFixed,
            });
        transaction.Commit();
    }

    public string Name => "LMDB";

    public string Settings =>
        "key user + type, fixed-size sorted duplicates (inverted time, id, fields), transactions of 256 events, "
        + "no sync (what was committed "
        + "is written to the operating system), no read-ahead, one cursor per type on a read transaction that is renewed";

    public string DataFileEnd => "data.mdb";

    /// <summary>LMDB allows one writer at a time, so the producers take turns.</summary>
    public void Ingest(EventLog log, int producers) =>
        ProducerRun.All(
            producers,
            producer => ProducerRun.ForEachBatch(log, producer, producers, (start, count) => Put(log, start, count)));

    public void Append(EventLog log, int start, int count) => Put(log, start, count);

    public void FlushAndCompact() => _environment.Flush(force: true);

    public int Read(uint user, ReadShape shape)
    {
        Read(user, shape, _answer);
        return _answer.Count;
    }

    public void Read(uint user, ReadShape shape, Answer answer)
    {
        if (_reading is null)
        {
            _reading = _environment.BeginTransaction(TransactionBeginFlags.ReadOnly);
        }
        else
        {
            _reading.Renew();
        }

        _lists.Read(user, shape, answer, ReadType);
        _reading.Reset();
    }

    public string Describe() => $"{_environment.EnvironmentStats.BranchPages} branch pages in the environment";

    public void Dispose()
    {
        _reading?.Dispose();
        _database.Dispose();
        _environment.Dispose();
    }

    private void Put(EventLog log, int start, int count)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        Span<byte> value = stackalloc byte[ValueBytes];
        using LightningTransaction transaction = _environment.BeginTransaction();
        for (int i = start; i < start + count; i++)
        {
            RocksDbKey.WritePrefix(key, log.Users[i], log.Types[i]);
            BinaryPrimitives.WriteUInt64BigEndian(value, ~(ulong)log.Times[i]);
            BinaryPrimitives.WriteUInt64BigEndian(value[8..], log.Ids[i]);
            RocksDbKey.WriteFields(value[16..], log, i);
            Require(transaction.Put(_database, key, value, PutOptions.NoDuplicateData));
        }

        Require(transaction.Commit());
    }

    private void ReadType(uint user, byte type, long oldest, Answer list)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        RocksDbKey.WritePrefix(key, user, type);
        using LightningCursor cursor = _reading!.CreateCursor(_database);
        int rows = 0;
        (MDBResultCode code, _, MDBValue value) = cursor.SetKey(key);
        while (code == MDBResultCode.Success && rows < ICandidate.ReadRows)
        {
            ReadOnlySpan<byte> bytes = value.AsSpan();
            long time = (long)~BinaryPrimitives.ReadUInt64BigEndian(bytes);
            if (time < oldest)
            {
                break;
            }

            list.Times[rows] = time;
            list.Ids[rows] = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
            list.Types[rows] = type;
            RocksDbKey.ReadFields(bytes[16..], list, rows++);
            (code, _, value) = cursor.NextDuplicate();
        }

        list.Count = rows;
    }

    // A repeated event is already in the database, as it should be.
    private static void Require(MDBResultCode code)
    {
        if (code is not (MDBResultCode.Success or MDBResultCode.KeyExist))
        {
            throw new InvalidOperationException($"LMDB answered {code}.");
        }
    }
}
