using System.Buffers.Binary;
using System.Runtime.InteropServices;
using RocksDbSharp;

namespace Signals.Bench.Candidates;

/// <summary>RocksDB with one value per user, type and day, to which a merge operator appends rows.</summary>
internal sealed class RocksDbPackedCandidate : ICandidate
{
    private const int KeyBytes = RocksDbKey.PrefixBytes + sizeof(uint);
    private const long DayMs = 86_400_000;

    private readonly MergeOperator _append = MergeOperators.Create("append", Partial, Full);
    private readonly DbOptions _options; // Kept alive as long as the database.
    private readonly ReadOptions _reading = RocksDbSettings.Reading();
    private readonly WriteOptions _writing;
    private readonly RocksDb _database;
    private readonly WriteBatch _batch = new();
    private readonly RowCollector _rows = new();
    private readonly TypeLists _lists = new();
    private readonly Answer _answer = new(ICandidate.ReadRows);

    public RocksDbPackedCandidate(StoreSetup setup)
    {
        _writing = new WriteOptions().SetSync(setup.Synced);
        _options = RocksDbSettings.Options();
        _options.SetMergeOperator(_append);
        _database = RocksDb.Open(_options, setup.Path);
    }

    public string Name => "RocksDB packed";

    public string Settings =>
        "one value per user, type and day, rows of 33 bytes appended by a merge operator (managed code behind the binding); "
        + "the rest as one key per event";

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

    public int Read(ulong user, ReadShape shape)
    {
        Read(user, shape, _answer);
        return _answer.Count;
    }

    public void Read(ulong user, ReadShape shape, Answer answer) => _lists.Read(user, shape, answer, ReadType);

    public string Describe() => _database.GetProperty("rocksdb.levelstats")?.ReplaceLineEndings(" | ") ?? "";

    public void Dispose()
    {
        _batch.Dispose();
        _database.Dispose();
        GC.KeepAlive(_options);
        GC.KeepAlive(_append);
    }

    private void Write(WriteBatch batch, EventLog log, int start, int count)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        batch.Clear();
        for (int i = start; i < start + count; i++)
        {
            RocksDbKey.WritePrefix(key, log.Users[i], log.Types[i]);
            BinaryPrimitives.WriteUInt32BigEndian(key[RocksDbKey.PrefixBytes..], ~(uint)(log.Times[i] / DayMs));
            PackedRow row = PackedRow.Of(log, i);
            batch.Merge(key, MemoryMarshal.AsBytes(new ReadOnlySpan<PackedRow>(in row)));
        }

        _database.Write(batch, _writing);
    }

    // Days are ordered newest first. No row of a day is newer than any row of the day that precedes it in this order.
    private void ReadType(ulong user, byte type, long oldest, Answer list)
    {
        Span<byte> prefix = stackalloc byte[RocksDbKey.PrefixBytes];
        RocksDbKey.WritePrefix(prefix, user, type);
        using Iterator iterator = _database.NewIterator(readOptions: _reading);
        _rows.Clear();
        for (iterator.Seek(prefix); iterator.Valid(); iterator.Next())
        {
            long day = ~BinaryPrimitives.ReadUInt32BigEndian(iterator.GetKeySpan()[RocksDbKey.PrefixBytes..]);
            if ((day + 1) * DayMs <= oldest)
            {
                break;
            }

            _rows.Add(MemoryMarshal.Cast<byte, PackedRow>(iterator.GetValueSpan()));
            if (_rows.Count >= ICandidate.ReadRows)
            {
                _rows.Settle();
                if (_rows.Count >= ICandidate.ReadRows)
                {
                    break;
                }
            }
        }

        _rows.Settle();
        _rows.CopyTo(list, type, oldest);
    }

    private static byte[] Partial(ReadOnlySpan<byte> key, MergeOperators.OperandsEnumerator operands, out bool success)
    {
        success = true;
        return Concatenate([], operands);
    }

    private static byte[] Full(
        ReadOnlySpan<byte> key,
        bool hasExisting,
        ReadOnlySpan<byte> existing,
        MergeOperators.OperandsEnumerator operands,
        out bool success)
    {
        success = true;
        return Concatenate(hasExisting ? existing : default, operands);
    }

    private static byte[] Concatenate(ReadOnlySpan<byte> first, MergeOperators.OperandsEnumerator operands)
    {
        int length = first.Length;
        for (int i = 0; i < operands.Count; i++)
        {
            length += operands.Get(i).Length;
        }

        byte[] all = new byte[length];
        first.CopyTo(all);
        int at = first.Length;
        for (int i = 0; i < operands.Count; i++)
        {
            ReadOnlySpan<byte> part = operands.Get(i);
            part.CopyTo(all.AsSpan(at));
            at += part.Length;
        }

        return all;
    }
}
