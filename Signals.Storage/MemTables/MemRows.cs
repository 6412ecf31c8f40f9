using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.MemTables;

/// <summary>The rows of one user and event type that were visible when they were looked up.</summary>
/// <remarks>
/// Thread contract: immutable. Valid while the reader's epoch or the owner of the memtable keeps the arena alive. The number of a
/// row is <c>chunk reference x 64 + index in the chunk</c>.
/// </remarks>
internal readonly unsafe struct MemRows
{
    private readonly MemTable _table;
    private readonly MemEntry* _entry;
    private readonly MemOrdered* _ordered;

    internal MemRows(MemTable table, MemEntry* entry, int count)
    {
        _table = table;
        _entry = entry;
        Count = count;
        Newest = entry->Newest;
        Oldest = entry->Oldest;
        IsSorted = Volatile.Read(ref entry->Unsorted) == 0;
    }

    private MemRows(in MemRows all, MemOrdered* ordered, int count, bool isOrdered)
    {
        this = all;
        _ordered = ordered;
        Count = count;
        IsOrdered = isOrdered;
    }

    public int Count { get; }

    /// <summary>No visible row is newer than this.</summary>
    public long Newest { get; }

    /// <summary>No visible row is older than this.</summary>
    public long Oldest { get; }

    /// <summary>Whether each row is strictly newer than the row that arrived before it.</summary>
    public bool IsSorted { get; }

    /// <summary>
    /// Whether these are the rows of a <see cref="MemOrdered"/>. Then only <see cref="AddOrderedKeys"/> returns them, and
    /// <see cref="Count"/> also counts copies of events.
    /// </summary>
    public bool IsOrdered { get; }

    public UserId User => _entry->User;

    public ushort EventType => _entry->EventType;

    public MemTable Table => _table;

    /// <summary>Writes the keys of the last <c>destination.Length</c> rows to arrive, last arrival first.</summary>
    [MethodImpl(Compile.InFull)]
    public void CopyKeys(Span<RowKey> destination, int source)
    {
        MemSlices slices = Slices();
        int filled = 0;
        while (filled < destination.Length && slices.MoveNext())
        {
            int count = Math.Min(slices.Count, destination.Length - filled);
            CopyKeys(slices, destination.Slice(filled, count), source);
            filled += count;
        }
    }

    /// <summary>
    /// Adds the keys of the last arrivals, chunk by chunk, until at least <paramref name="wanted"/> of them are newer than every
    /// row that is left out, or no row is left out. Each copy of an event counts.
    /// </summary>
    /// <param name="wanted">At least 1.</param>
    /// <param name="destination">The keys are appended to this list.</param>
    /// <param name="source">The source number to store in the keys.</param>
    /// <param name="leftOut">No row that is left out is newer than this.</param>
    /// <returns>True when no row is left out.</returns>
    public bool AddNewestKeys(int wanted, PooledList<RowKey> destination, int source, out long leftOut)
    {
        leftOut = long.MinValue;
        MemSlices slices = Slices();
        long enough = wanted;
        while (slices.MoveNext())
        {
            slices.PrefetchNext();
            CopyKeys(slices, destination.Extend(slices.Count), source);
            if (destination.Count >= enough && slices.Chunk->FirstRow > 0)
            {
                leftOut = slices.Chunk->NewestBefore;
                int missing = wanted - CountAfter(destination.Span, leftOut);
                if (missing <= 0)
                {
                    return false;
                }

                // At least doubling the number keeps the counting linear when one very new early row makes every later key
                // uncertain.
                enough = Math.Max((long)destination.Count + missing, 2L * destination.Count);
            }
        }

        return true;
    }

    /// <summary>
    /// Separates the rows that are kept in order from those that arrived before the order began. False when no rows are kept in
    /// order.
    /// </summary>
    public bool TrySplit(out MemRows older, out MemRows ordered)
    {
        uint reference = IsSorted ? 0 : _entry->Ordered;
        if (reference == 0)
        {
            older = default;
            ordered = default;
            return false;
        }

        MemOrdered* list = (MemOrdered*)_table.Arena.Pointer(reference);
        int before = Math.Min(Count, list->OlderRows);
        older = new MemRows(this, list, before, isOrdered: false);
        ordered = new MemRows(this, list, Count - before, isOrdered: true);
        return true;
    }

    /// <summary>
    /// Adds the keys of the newest events that are kept in order, each event once, at most <paramref name="limit"/> of them.
    /// Events that were written after the lookup may be among them. True when these are all.
    /// </summary>
    public bool AddOrderedKeys(int limit, PooledList<RowKey> destination, int source)
    {
        uint next = Volatile.Read(ref _ordered->Heads[0]);
        for (int count = 0; next != 0 && count < limit; count++)
        {
            MemOrderedNode* node = (MemOrderedNode*)_table.Arena.Pointer(next);
            next = Volatile.Read(ref MemOrderedNode.Links(node)[0]);
            Prefetch.Line(ref *_table.Arena.Pointer(next));
            destination.Add(new RowKey(node->Time, node->Id, Volatile.Read(ref node->Row), source));
        }

        return next == 0;
    }

    /// <summary>
    /// The chunks, last arrivals first. After <see cref="TrySplit"/> these are the chunks from before the order began.
    /// </summary>
    public MemSlices Slices() => new(_table.Arena, _ordered == null ? _entry->Tail : _ordered->OlderTail, Count);

    /// <summary>Counts the rows per time window. Each copy of an event counts.</summary>
    [MethodImpl(Compile.InFull)]
    public void CountInto(WindowHistogram histogram, TimeSpan window)
    {
        if (TimeWindow.StartOf(Oldest, window) == TimeWindow.StartOf(Newest, window))
        {
            histogram.Add(Newest, Count);
            return;
        }

        MemSlices slices = Slices();
        while (slices.MoveNext())
        {
            slices.PrefetchNext();
            long* times = (long*)((byte*)slices.Chunk + ChunkLayout.TimesOffset);
            for (int i = 0; i < slices.Count; i++)
            {
                histogram.Add(times[i], 1);
            }
        }
    }

    /// <summary>Copies keys of the current chunk, last arrival first.</summary>
    [MethodImpl(Compile.InFull)]
    private static void CopyKeys(in MemSlices slices, Span<RowKey> destination, int source)
    {
        byte* chunk = (byte*)slices.Chunk;
        long* times = (long*)(chunk + ChunkLayout.TimesOffset);
        ulong* ids = (ulong*)(chunk + ChunkLayout.IdsOffset(slices.Chunk->Capacity));
        int index = slices.Count - 1;
        for (int i = 0; i < destination.Length; i++, index--)
        {
            destination[i] = new RowKey(times[index], ids[index], slices.Row(index), source);
        }
    }

    private static int CountAfter(ReadOnlySpan<RowKey> keys, long time)
    {
        int count = 0;
        foreach (ref readonly RowKey key in keys)
        {
            count += key.Time > time ? 1 : 0;
        }

        return count;
    }
}
