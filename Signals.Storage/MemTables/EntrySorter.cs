using Signals.Storage.Primitives;

namespace Signals.Storage.MemTables;

/// <summary>
/// Sorts the entries of a memtable by event type and user: a radix sort from the least significant byte, which passes
/// over the bytes that all keys share. A store's users differ in a few bytes of 18, so that is three or four passes.
/// </summary>
/// <remarks>Thread contract: one thread; reused from flush to flush without allocating.</remarks>
internal sealed class EntrySorter
{
    private const int LowBytes = 8;
    private const int UserBytes = 16;
    private const int KeyBytes = 18;

    private readonly int[] _starts = new int[256];
    private PooledList<EntryKey> _keys = new();
    private PooledList<EntryKey> _spare = new();

    public void Clear() => _keys.Clear();

    public void Add(in EntryKey key) => _keys.Add(key);

    /// <summary>The added keys in order; valid until the next call.</summary>
    public ReadOnlySpan<EntryKey> Sort()
    {
        _spare.Clear();
        _spare.Extend(_keys.Count);
        for (int index = 0; index < KeyBytes; index++)
        {
            if (Differs(index))
            {
                SortBy(index);
            }
        }

        return _keys.Span;
    }

    private static int ByteOf(in EntryKey key, int index) => index switch
    {
        < LowBytes => (byte)(key.UserLow >> (8 * index)),
        < UserBytes => (byte)(key.UserHigh >> (8 * (index - LowBytes))),
        _ => (byte)(key.EventType >> (8 * (index - UserBytes))),
    };

    private bool Differs(int index)
    {
        ReadOnlySpan<EntryKey> keys = _keys.Span;
        for (int i = 1; i < keys.Length; i++)
        {
            if (ByteOf(keys[i], index) != ByteOf(keys[0], index))
            {
                return true;
            }
        }

        return false;
    }

    private void SortBy(int index)
    {
        _starts.AsSpan().Clear();
        ReadOnlySpan<EntryKey> keys = _keys.Span;
        foreach (ref readonly EntryKey key in keys)
        {
            _starts[ByteOf(key, index)]++;
        }

        int start = 0;
        foreach (ref int bucket in _starts.AsSpan())
        {
            int count = bucket;
            bucket = start;
            start += count;
        }

        Span<EntryKey> sorted = _spare.Span;
        foreach (ref readonly EntryKey key in keys)
        {
            sorted[_starts[ByteOf(key, index)]++] = key;
        }

        (_keys, _spare) = (_spare, _keys);
    }
}
