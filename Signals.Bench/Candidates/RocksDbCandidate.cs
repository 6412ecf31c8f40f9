using RocksDbSharp;
using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>RocksDB with one key per event.</summary>
internal sealed class RocksDbCandidate : ICandidate
{
    private readonly DbOptions _options; // Kept alive as long as the database.
    private readonly ReadOptions _reading = RocksDbSettings.Reading();
    private readonly WriteOptions _writing;
    private readonly RocksDb _database;
    private readonly WriteBatch _batch = new();
    private readonly Answer _answer = new(ICandidate.ReadRows);
    private readonly TypeLists _lists = new();
    private Iterator? _iterator;

    public RocksDbCandidate(string path, bool synced, long? cacheBytes)
    {
        _options = RocksDbSettings.Options(cacheBytes);
        _writing = new WriteOptions().SetSync(synced);
        _database = RocksDb.Open(_options, path);
    }

    public string Name => "RocksDB";

    public string Settings => RocksDbSettings.Text;

    public string DataFileEnd => ".sst";

    public void Ingest(EventLog log, int producers) => ProducerRun.All(producers, producer =>
    {
        using WriteBatch batch = new();
        ProducerRun.ForEachBatch(log, producer, producers, (start, count) => Write(batch, log, start, count));
    });

    public void Append(EventLog log, int start, int count) => Write(_batch, log, start, count);

    public void FlushAndCompact()
    {
        _database.Flush(new FlushOptions().SetWaitForFlush(true));
        _database.CompactRange((byte[]?)null, null);
    }

    public int Read(uint user, ReadShape shape)
    {
        Read(user, shape, _answer);
        return _answer.Count;
    }

    /// <summary>Reads with one iterator for all types and one seek per type.</summary>
    public void Read(uint user, ReadShape shape, Answer answer)
    {
        using Iterator iterator = _database.NewIterator(readOptions: _reading);
        _iterator = iterator;
        _lists.Read(user, shape, answer, ReadType);
        _iterator = null;
    }

    public string Describe() => _database.GetProperty("rocksdb.levelstats")?.ReplaceLineEndings(" | ") ?? "";

    public void Dispose()
    {
        _batch.Dispose();
        _database.Dispose();
        GC.KeepAlive(_options);
    }

    private void Write(WriteBatch batch, EventLog log, int start, int count)
    {
        Span<byte> key = stackalloc byte[RocksDbKey.Bytes];
        Span<byte> value = stackalloc byte[RocksDbKey.ValueBytes];
        batch.Clear();
        for (int i = start; i < start + count; i++)
        {
            RocksDbKey.Write(key, value, log, i);
            Put(batch, key, value);
        }

        _database.Write(batch, _writing);
    }

    private static unsafe void Put(WriteBatch batch, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        fixed (byte* keyBytes = key, valueBytes = value)
        {
            batch.Put(keyBytes, (ulong)key.Length, valueBytes, (ulong)value.Length);
        }
    }

    private void ReadType(uint user, byte type, long oldest, Answer list)
    {
        Span<byte> prefix = stackalloc byte[RocksDbKey.PrefixBytes];
        RocksDbKey.WritePrefix(prefix, user, type);
        int rows = 0;
        Iterator iterator = _iterator!;
        for (iterator.Seek(prefix); rows < ICandidate.ReadRows && iterator.Valid(); iterator.Next())
        {
            ReadOnlySpan<byte> key = iterator.GetKeySpan();
            if (RocksDbKey.ReadTime(key) < oldest)
            {
                break;
            }

            RocksDbKey.Read(key, iterator.GetValueSpan(), list, rows++);
        }

        list.Count = rows;
    }
}
