using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.MemTables;

/// <summary>
/// Copies one user's rows out of a memtable in table order: time descending, id ascending, one row per identity.
/// </summary>
/// <remarks>Thread contract: one thread. Reused from user to user without allocating.</remarks>
internal sealed class MemRowOrderer
{
    private readonly NativeList<RowKey> _keys;
    private readonly RowBuffer _copy;

    /// <param name="columns">The types of the columns.</param>
    /// <param name="memory">The memory of the flush.</param>
    public MemRowOrderer(IReadOnlyList<ColumnType> columns, OwnedMemory memory)
    {
        _keys = new NativeList<RowKey>(memory);
        _copy = new RowBuffer(columns, 1, memory);
    }

    /// <summary>Appends the rows to <paramref name="destination"/>. Returns how many copies of events were merged away.</summary>
    [MethodImpl(Compile.InFull)]
    public int AppendTo(in MemRows rows, RowBuffer destination)
    {
        if (!rows.IsSorted)
        {
            return AppendUnsorted(rows, destination);
        }

        MemSlices slices = rows.Slices();
        while (slices.MoveNext())
        {
            AppendRun(rows, slices.Row(slices.Count - 1), slices.Count, -1, destination);
        }

        return 0;
    }

    [MethodImpl(Compile.InFull)]
    private int AppendUnsorted(in MemRows rows, RowBuffer destination)
    {
        _keys.Clear();
        Span<RowKey> keys = _keys.Extend(rows.Count);
        rows.CopyKeys(keys, 0);
        RowKeyOrder.SortNearlyOrdered(keys);
        int merged = 0;
        for (int start = 0; start < keys.Length;)
        {
            if (start > 0 && keys[start].SameIdentity(keys[start - 1]))
            {
                _copy.Clear();
                AppendRun(rows, keys[start].Row, 1, 1, _copy);
                destination.MergeIntoLast(_copy, 0);
                merged++;
                start++;
                continue;
            }

            int count = RunLength(keys[start..], out int step);
            AppendRun(rows, keys[start].Row, count, step, destination);
            start += count;
        }

        return merged;
    }

    /// <summary>How many rows, from the first on, are distinct events and neighbours in one chunk.</summary>
    [MethodImpl(Compile.InFull)]
    private static int RunLength(ReadOnlySpan<RowKey> keys, out int step)
    {
        step = keys.Length > 1 && keys[1].Row > keys[0].Row ? 1 : -1;
        int count = 1;
        while (count < keys.Length && keys[count].Row - keys[count - 1].Row == step && !keys[count].SameIdentity(keys[count - 1]))
        {
            count++;
        }

        return count;
    }

    [MethodImpl(Compile.InFull)]
    private static void AppendRun(in MemRows rows, long row, int count, int step, RowBuffer destination)
    {
        MemTable table = rows.Table;
        ushort eventType = rows.EventType;
        destination.AppendKeys(count, out Span<long> times, out Span<ulong> ids);
        MemColumnReader.CopyKeys(table, row, step, times, ids);
        for (int column = 0; column < destination.Columns.Length; column++)
        {
            ColumnBuffer target = destination.Columns[column];
            if (target.Type.IsVariable)
            {
                for (int i = 0; i < count; i++)
                {
                    target.AppendBytes(MemColumnReader.GetBytes(table, eventType, column, row + ((long)i * step)));
                }
            }
            else if (target.HasBytes || MemColumnReader.HasValue(table, eventType, column, row, step, count))
            {
                MemColumnReader.CopyValues(table, eventType, column, row, step, target.AppendFixedRows(count));
            }
            else
            {
                target.AppendMissing(ColumnState.Absent, count); // however wide the column is, rows without a value take a byte each
            }

            MemColumnReader.CopyStates(table, eventType, column, row, step, target.States[^count..]);
        }
    }
}
