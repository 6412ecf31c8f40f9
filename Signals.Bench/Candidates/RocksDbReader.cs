using RocksDbSharp;

namespace Signals.Bench.Candidates;

/// <summary>Reads from RocksDB with one key per event. Used by one thread at a time.</summary>
internal sealed class RocksDbReader(RocksDb database, ReadOptions reading)
{
    private readonly TypeLists _lists = new();
    private Iterator? _iterator;

    /// <summary>Reads with one iterator for all types and one seek per type.</summary>
    public void Read(ulong user, ReadShape shape, Answer answer)
    {
        using Iterator iterator = database.NewIterator(readOptions: reading);
        _iterator = iterator;
        _lists.Read(user, shape, answer, ReadType);
        _iterator = null;
    }

    private void ReadType(ulong user, byte type, long oldest, Answer list)
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
