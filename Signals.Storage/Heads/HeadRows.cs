using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Signals.Storage.Heads;

/// <summary>
/// The rows of a head as they were when it was opened. What was copied counts only if <see cref="IsUnchanged"/> afterwards.
/// </summary>
/// <remarks>
/// Thread contract: one reader, inside a read epoch, which it must not outlive. Another thread may change the rows at any time.
/// </remarks>
internal readonly unsafe struct HeadRows
{
    private readonly Head* _head;
    private readonly HeadLayout _layout;
    private readonly int _version;
    private readonly int _start;
    private readonly int _capacity;

    private HeadRows(Head* head, HeadLayout layout, int version)
    {
        _head = head;
        _layout = layout;
        _version = version;
        _start = head->Start;
        _capacity = head->Capacity;
        Count = head->Count;
        CoversFrom = head->CoversFrom;
        Seen = new HeadMark(head->SeenTable, head->SeenRows);
        Generation = head->Generation;
    }

    public int Count { get; }

    /// <summary>Every event of the user from this time on is among the rows.</summary>
    public long CoversFrom { get; }

    /// <summary>Which rows of memtables are included.</summary>
    public HeadMark Seen { get; }

    /// <summary>See <see cref="HeadCache.GenerationOf"/>.</summary>
    public ulong Generation { get; }

    /// <summary>Whether nobody has changed the head since it was opened.</summary>
    public bool IsUnchanged
    {
        get
        {
            Volatile.ReadBarrier();
            return _head->Version == _version;
        }
    }

    /// <summary>The times, newest first.</summary>
    public ReadOnlySpan<long> Times => new((byte*)_head + HeadLayout.TimesOffset + (8L * _start), Count);

    /// <summary>The ids, in the order of the times.</summary>
    public ReadOnlySpan<ulong> Ids => new((byte*)_head + HeadLayout.IdsOffset(_capacity) + (8L * _start), Count);

    /// <summary>Opens a head. False while somebody changes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryOpen(Head* head, HeadLayout layout, out HeadRows rows)
    {
        int version = Volatile.Read(ref head->Version);
        rows = new HeadRows(head, layout, version);
        return (version & 1) == 0 && rows.IsUnchanged;
    }

    /// <summary>Starts the cache misses of the newest times together, before the first of them is waited for.</summary>
    public void PrefetchTimes(int count) => Primitives.Prefetch.Lines(MemoryMarshal.AsBytes(Times[..Math.Min(count, Count)]));

    /// <summary>Starts the cache misses of what rows have beside their times.</summary>
    /// <param name="positions">The columns; -1 for none.</param>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many rows.</param>
    public void PrefetchColumns(int[] positions, int first, int count)
    {
        Primitives.Prefetch.Lines(MemoryMarshal.AsBytes(Ids.Slice(first, count)));
        foreach (int position in positions)
        {
            if (position >= 0)
            {
                Primitives.Prefetch.Lines(Values(position, first, count));
                Primitives.Prefetch.Lines(States(position, first, count));
            }
        }
    }

    /// <summary>Values of a column of the layout.</summary>
    public ReadOnlySpan<byte> Values(int column, int first, int count)
    {
        int width = _layout.Width(column);
        return new((byte*)_head + _layout.ValuesOffset(column, _capacity) + ((long)(_start + first) * width), count * width);
    }

    /// <summary>States of a column of the layout.</summary>
    public ReadOnlySpan<byte> States(int column, int first, int count) =>
        new((byte*)_head + _layout.StatesOffset(column, _capacity) + _start + first, count);
}
