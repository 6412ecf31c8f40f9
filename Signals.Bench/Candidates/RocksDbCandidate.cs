using RocksDbSharp;
using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>RocksDB with one key per event.</summary>
internal sealed class RocksDbCandidate : ICandidate
{
    private readonly DbOptions _options = RocksDbSettings.Options(); // kept alive as long as the database
    private readonly ReadOptions _reading = RocksDbSettings.Reading();
    private readonly WriteOptions _writing = new WriteOptions().SetSync(false);
    private readonly RocksDb _database;
    private readonly Answer _answer = new(ICandidate.ReadRows);
    private readonly Answer[] _lists = [.. EventLog.TypeNames.Select(_ => new Answer(ICandidate.ReadRows))];

    public RocksDbCandidate(string path) => _database = RocksDb.Open(_options, path);

    public string Name => "RocksDB";

    public string Settings => RocksDbSettings.Text;

    public string DataFileEnd => ".sst";

    public void Ingest(EventLog log)
    {
        Span<byte> key = stackalloc byte[RocksDbKey.Bytes];
        Span<byte> value = stackalloc byte[RocksDbKey.ValueBytes];
        using WriteBatch batch = new();
        int rows = 0;
        for (int i = 0; i < log.Count; i++)
        {
            RocksDbKey.Write(key, value, log, i);
            Put(batch, key, value);
            if (++rows == ICandidate.BatchRows)
            {
                _database.Write(batch, _writing);
                batch.Clear();
                rows = 0;
            }
        }

        _database.Write(batch, _writing);
    }

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

    /// <summary>
    /// One iterator, one seek per type. The frequent type comes first: what is older than its 100th row cannot be in the
    /// answer, so the lists of the other types end there.
    /// </summary>
    public void Read(uint user, ReadShape shape, Answer answer)
    {
        using Iterator iterator = _database.NewIterator(readOptions: _reading);
        if (shape == ReadShape.OneType)
        {
            ReadType(iterator, user, 0, long.MinValue, answer);
            return;
        }

        long oldest = long.MinValue;
        for (int type = 0; type < _lists.Length; type++)
        {
            Answer list = _lists[type];
            ReadType(iterator, user, (byte)type, oldest, list);
            oldest = list.Count == ICandidate.ReadRows ? Math.Max(oldest, list.Times[^1]) : oldest;
        }

        Merge(answer);
    }

    public string Describe() => _database.GetProperty("rocksdb.levelstats")?.ReplaceLineEndings(" | ") ?? "";

    public void Dispose()
    {
        _database.Dispose();
        GC.KeepAlive(_options);
    }

    private static unsafe void Put(WriteBatch batch, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        fixed (byte* keyBytes = key, valueBytes = value)
        {
            batch.Put(keyBytes, (ulong)key.Length, valueBytes, (ulong)value.Length);
        }
    }

    private static void ReadType(Iterator iterator, uint user, byte type, long oldest, Answer list)
    {
        Span<byte> prefix = stackalloc byte[RocksDbKey.PrefixBytes];
        RocksDbKey.WritePrefix(prefix, user, type);
        int rows = 0;
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

    private void Merge(Answer answer)
    {
        Span<int> next = stackalloc int[_lists.Length];
        int rows = 0;
        for (; rows < ICandidate.ReadRows; rows++)
        {
            int best = -1;
            for (int type = 0; type < _lists.Length; type++)
            {
                bool newer = next[type] < _lists[type].Count
                    && (best < 0 || _lists[type].Times[next[type]] > _lists[best].Times[next[best]]);
                best = newer ? type : best;
            }

            if (best < 0)
            {
                break;
            }

            answer.CopyRow(rows, _lists[best], next[best]++);
        }

        answer.Count = rows;
    }
}
