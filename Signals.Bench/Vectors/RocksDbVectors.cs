using System.Buffers.Binary;
using RocksDbSharp;
using Signals.Bench.Candidates;

namespace Signals.Bench.Vectors;

/// <summary>RocksDB with the settings of the comparison: one key per event, with the vector as its value.</summary>
internal sealed class RocksDbVectors : IVectorStore
{
    private readonly DbOptions _options = RocksDbSettings.Options(); // Kept alive as long as the database.
    private readonly ReadOptions _reading = RocksDbSettings.Reading();
    private readonly RocksDb _database;
    private readonly VectorAnswer _answer;

    public RocksDbVectors(string path, int vectorBytes)
    {
        _database = RocksDb.Open(_options, path);
        _answer = new VectorAnswer(vectorBytes);
    }

    public string Name => "RocksDB";

    public void Ingest(VectorWorkload workload)
    {
        EventLog log = workload.Log;
        using WriteBatch batch = new();
        byte[] key = new byte[RocksDbKey.Bytes];
        byte[] vector = new byte[workload.VectorBytes];
        for (int i = 0; i < log.Count; i++)
        {
            RocksDbKey.WritePrefix(key, log.Users[i], 0);
            BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(9), ~(ulong)log.Times[i]);
            BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(17), log.Ids[i]);
            VectorWorkload.WriteVector(log.Ids[i], vector);
            batch.Put(key, vector);
            if (batch.Count() == ICandidate.BatchRows || i == log.Count - 1)
            {
                _database.Write(batch);
                batch.Clear();
            }
        }

        _database.Flush(new FlushOptions().SetWaitForFlush(true));
        _database.CompactRange((byte[]?)null, null);
    }

    public int Read(ulong user)
    {
        Read(user, _answer);
        return _answer.Count;
    }

    public void Read(ulong user, VectorAnswer answer)
    {
        Span<byte> prefix = stackalloc byte[RocksDbKey.PrefixBytes];
        RocksDbKey.WritePrefix(prefix, user, 0);
        using Iterator iterator = _database.NewIterator(readOptions: _reading);
        int rows = 0;
        for (iterator.Seek(prefix); rows < VectorAnswer.Rows && iterator.Valid(); iterator.Next())
        {
            ReadOnlySpan<byte> key = iterator.GetKeySpan();
            answer.Times[rows] = RocksDbKey.ReadTime(key);
            answer.Ids[rows] = BinaryPrimitives.ReadUInt64BigEndian(key[17..]);
            iterator.GetValueSpan().CopyTo(answer.VectorAt(rows++));
        }

        answer.Count = rows;
    }

    public void Dispose()
    {
        _database.Dispose();
        GC.KeepAlive(_options);
    }
}
