using BenchmarkDotNet.Attributes;
using Signals.Core.Ingest;
using Signals.Storage.MemTables;

namespace Signals.Bench.Micro;

/// <summary>The memtable: appends a batch of 256 events of as many users, and reads the newest 100 keys of a user.</summary>
public class MemTableBenchmarks
{
    private const int Rows = 256;
    private const int Users = 50_000;

    private static readonly EventTypeSchema Declared =
        StoreSchema.Define(s => s.EventType(
            "view", t => t.Field<long>("item").Field<byte>("surface").Field<int>("action").Field<float>("dwell")))["view"];

    private readonly MemArenaPool _pool = new(256 << 20, keep: 1, TimeProvider.System);
    private readonly MemTableWriter _writer = new();
    private readonly BatchRows[] _batches = new BatchRows[400];
    private readonly long[] _times = new long[100];
    private readonly ulong[] _ids = new ulong[100];
    private MemTable _table = null!;
    private int _next;
    private uint _user;

    [GlobalSetup]
    public void Fill()
    {
        Random random = new(1);
        for (int i = 0; i < _batches.Length; i++)
        {
            EventBatch batch = new(Declared, Rows);
            for (int row = 0; row < Rows; row++)
            {
                int number = (i * Rows) + row;
                batch.Add(UserId.From((ulong)random.Next(Users) + 1), number, (ulong)number)
                    .Set("item", (long)row)
                    .Set("dwell", 1f);
            }

            byte[] record = new byte[BatchRecordWriter.Plan(batch)];
            BatchRecordWriter.Write(batch, record);
            BitConverter.TryWriteBytes(record, record.Length);
            _batches[i] = new BatchRows(Declared);
            _batches[i].Decode(BatchRecordReader.Open(record, Declared));
        }

        _table = new MemTable(_pool, [new ChunkLayout(Declared)]);
        Array.ForEach(_batches, batch => _writer.Append(_table, batch, 0));
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _table.Dispose();
        _pool.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Rows)]
    public int AppendBatch()
    {
        BatchRows batch = _batches[_next++ % _batches.Length];
        int done = _writer.Append(_table, batch, 0);
        if (done < Rows)
        {
            _table.Dispose();
            _table = new MemTable(_pool, [new ChunkLayout(Declared)]);
        }

        return done;
    }

    [Benchmark]
    public int ReadKeys()
    {
        _user = (_user + 7919) % Users;
        UserId user = UserId.From(_user + 1);
        if (!_table.TryFind(user, user.Hash64, 0, out MemRows rows))
        {
            return 0;
        }

        int read = 0;
        MemSlices slices = rows.Slices();
        while (read < _times.Length && slices.MoveNext())
        {
            int count = Math.Min(slices.Count, _times.Length - read);
            MemColumnReader.CopyKeys(_table, slices.Row(slices.Count - 1), -1, _times.AsSpan(read, count), _ids.AsSpan(read, count));
            read += count;
        }

        return read;
    }
}
