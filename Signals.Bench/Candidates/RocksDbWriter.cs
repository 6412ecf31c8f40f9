using RocksDbSharp;

namespace Signals.Bench.Candidates;

/// <summary>Writes events to RocksDB, one key each, in write batches. Used by one thread at a time.</summary>
internal sealed class RocksDbWriter(RocksDb database, WriteOptions writing, StoreSetup setup) : IDisposable
{
    private readonly WriteBatch _batch = new();
    private readonly int _valueBytes = setup.HasItem ? RocksDbKey.ValueBytes : RocksDbKey.PlainValueBytes;

    public void Write(EventLog log, int start, int count)
    {
        Span<byte> key = stackalloc byte[RocksDbKey.Bytes];
        Span<byte> value = stackalloc byte[RocksDbKey.ValueBytes];
        value = value[.._valueBytes];
        _batch.Clear();
        for (int i = start; i < start + count; i++)
        {
            RocksDbKey.Write(key, value, log, i);
            Put(key, value);
        }

        database.Write(_batch, writing);
    }

    public void Dispose() => _batch.Dispose();

    private unsafe void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        fixed (byte* keyBytes = key, valueBytes = value)
        {
            _batch.Put(keyBytes, (ulong)key.Length, valueBytes, (ulong)value.Length);
        }
    }
}
