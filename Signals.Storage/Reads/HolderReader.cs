using Signals.Core.Columns;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Reads;

/// <summary>Reads keys of one source, newest first.</summary>
/// <remarks>Thread contract: owned by one read at a time; it has no state except scratch memory.</remarks>
internal sealed class HolderReader
{
    private readonly PooledList<long> _times = new();
    private readonly PooledList<ulong> _ids = new();

    /// <summary>
    /// How many keys were looked at to choose among rows, over all reads. It shows how much more a read costs than its answer.
    /// </summary>
    public long RowsVisited { get; private set; }

    public long HeldBytes => _times.HeldBytes + _ids.HeldBytes;

    /// <summary>How many rows of a sorted source are at or after <paramref name="time"/>.</summary>
    public static int CountFrom(in RowHolder holder, long time, int[] stored)
    {
        if (holder.Oldest >= time)
        {
            return holder.Count;
        }

        if (holder.Newest < time)
        {
            return 0;
        }

        return holder.Table is null ? CountFromMem(holder, time) : CountFromTable(holder, time, stored);
    }

    /// <summary>
    /// Loads the newest keys: at least <paramref name="limit"/> identities, or all when there are fewer. Either every copy of an
    /// identity is loaded, or none.
    /// </summary>
    /// <returns>True when these are all keys of the source.</returns>
    public bool LoadKeys(in RowHolder holder, int index, int limit, int[] stored, PooledList<RowKey> destination)
    {
        destination.Clear();
        if (!holder.IsSorted)
        {
            return holder.MemRows.IsOrdered
                ? LoadOrdered(holder.MemRows, index, limit, destination)
                : LoadUnsorted(holder.MemRows, index, limit, destination);
        }

        int count = Math.Min(holder.Count, limit);
        RowsVisited += count;
        Span<RowKey> keys = destination.Extend(count);
        if (holder.Table is null)
        {
            holder.MemRows.CopyKeys(keys, index);
            return count == holder.Count;
        }

        _times.Clear();
        _ids.Clear();
        Span<long> times = _times.Extend(count);
        Span<ulong> ids = _ids.Extend(count);
        CopyTableKeys(holder.Table, holder.FirstRow, stored, times, ids);
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = new RowKey(times[i], ids[i], holder.FirstRow + i, index);
        }

        return count == holder.Count;
    }

    /// <summary>Copies the keys of adjacent table rows, across blocks if necessary.</summary>
    public static void CopyTableKeys(Table table, long row, int[] stored, Span<long> times, Span<ulong> ids)
    {
        while (!times.IsEmpty)
        {
            Block block = table.GetBlock(table.FindBlock(row), stored);
            int start = (int)(row - block.FirstRow);
            int count = Math.Min(block.Rows - start, times.Length);
            block.Times.CopyLongs(start, count, times);
            block.Ids.CopyULongs(start, count, ids);
            times = times[count..];
            ids = ids[count..];
            row += count;
        }
    }

    /// <summary>Whether a source holds an event after a time that was inserted, even if it was retracted.</summary>
    public static bool AnyInsertedAfter(in RowHolder holder, long time)
    {
        if (holder.Newest <= time || holder.IsPlain)
        {
            return holder.Newest > time;
        }

        Table table = holder.Table!;
        long end = holder.FirstRow + holder.Count;
        for (long row = holder.FirstRow; row < end;)
        {
            Block block = table.GetBlock(table.FindBlock(row), [], StampParts.Existence);
            int start = (int)(row - block.FirstRow);
            if (block.Times.GetLong(start) <= time)
            {
                return false;
            }

            bool isUniform = block.TryGetExistence(out ulong inserted, out _);
            if ((isUniform ? inserted : block.InsertedOf(start)) > 0)
            {
                return true;
            }

            row += isUniform ? block.Rows - start : 1;
        }

        return false;
    }

    private bool LoadOrdered(in MemRows rows, int index, int limit, PooledList<RowKey> destination)
    {
        bool isAll = rows.AddOrderedKeys(limit, destination, index);
        RowsVisited += destination.Count;
        return isAll;
    }

    private bool LoadUnsorted(in MemRows rows, int index, int limit, PooledList<RowKey> destination)
    {
        int wanted = limit;
        while (true)
        {
            bool isAll = rows.AddNewestKeys(wanted, destination, index, out long leftOut);
            RowsVisited += destination.Count;
            RowKeyOrder.SortNearlyOrdered(destination.Span);
            int known = isAll ? destination.Count : RowKeyOrder.CountFrom(destination.Span, leftOut + 1);
            int missing = limit - CountIdentities(destination.Span[..known]);
            if (missing <= 0 || isAll)
            {
                destination.Truncate(known);
                return isAll;
            }

            // Asks for at least twice as many as before: where events have many copies, asking only for what is missing would
            // take many steps.
            wanted = (int)Math.Min(int.MaxValue, known + Math.Max((long)known, missing));
            destination.Clear();
        }
    }

    private static int CountIdentities(ReadOnlySpan<RowKey> ordered)
    {
        int count = ordered.IsEmpty ? 0 : 1;
        for (int i = 1; i < ordered.Length; i++)
        {
            count += ordered[i].SameIdentity(ordered[i - 1]) ? 0 : 1;
        }

        return count;
    }

    private static int CountFromMem(in RowHolder holder, long time)
    {
        int counted = 0;
        Span<long> one = stackalloc long[1];
        Span<ulong> id = stackalloc ulong[1];
        MemSlices slices = holder.MemRows.Slices();
        while (slices.MoveNext())
        {
            for (int index = slices.Count - 1; index >= 0; index--, counted++)
            {
                MemColumnReader.CopyKeys(holder.MemRows.Table, slices.Row(index), -1, one, id);
                if (one[0] < time)
                {
                    return counted;
                }
            }
        }

        return counted;
    }

    private static int CountFromTable(in RowHolder holder, long time, int[] stored)
    {
        int low = 0;
        int high = holder.Count;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (TimeAt(holder.Table!, holder.FirstRow + middle, stored) >= time)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static long TimeAt(Table table, long row, int[] stored)
    {
        Block block = table.GetBlock(table.FindBlock(row), stored);
        return block.Times.GetLong((int)(row - block.FirstRow));
    }
}
