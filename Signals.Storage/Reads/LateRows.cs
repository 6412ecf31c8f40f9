using Signals.Core.Columns;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Reads;

/// <summary>
/// Remembers where the rows of an answer are stored. So wide columns are gathered only after rows were chosen, for those rows
/// alone, directly into their places.
/// </summary>
/// <remarks>
/// Thread contract: owned by one read at a time; reused, allocates only to grow. Lifetime: between <see cref="Add"/> and
/// <see cref="Gather"/> the caller stays inside the read epoch, because memtables must not be recycled.
/// </remarks>
internal sealed class LateRows
{
    /// <summary>How many rows ahead of the current copy the bytes are prefetched.</summary>
    private const int Ahead = 8;

    private readonly PooledList<LateSlice> _slices = new();
    private readonly PooledList<int> _places = new();
    private readonly PooledList<bool> _chosen = new();

    public long HeldBytes => _slices.HeldBytes + _places.HeldBytes + _chosen.HeldBytes;

    /// <summary>Forgets all rows and the tables that they are in.</summary>
    public void Clear()
    {
        _slices.Release();
        _places.Clear();
    }

    /// <summary>Remembers the rows of one event type of one user.</summary>
    /// <param name="type">The event type.</param>
    /// <param name="holders">The sources that the slices refer to.</param>
    /// <param name="slices">The rows, in the order of <paramref name="places"/>.</param>
    /// <param name="places">For each row, the row of the user's answer that it became.</param>
    /// <param name="first">The first row of the user's answer.</param>
    public void Add(QueryType type, PooledList<RowHolder> holders, ReadOnlySpan<RowSlice> slices, ReadOnlySpan<int> places, int first)
    {
        int place = _places.Count;
        Span<int> absolute = _places.Extend(places.Length);
        for (int i = 0; i < places.Length; i++)
        {
            absolute[i] = first + places[i];
        }

        foreach (ref readonly RowSlice slice in slices)
        {
            ref readonly RowHolder holder = ref holders[slice.Source];
            _slices.Add(new LateSlice(type, holder.Table, holder.Table is null ? holder.MemRows.Table : null, slice, place));
            place += slice.Count;
        }
    }

    /// <summary>Gathers the late columns of chosen rows. The cells of other rows stay as they are.</summary>
    /// <param name="chosen">Rows of the answer, in any order.</param>
    /// <param name="rows">How many rows the answer has.</param>
    /// <param name="outputs">The answer's columns.</param>
    /// <param name="early">How many columns, from the first, were gathered already.</param>
    public void Gather(ReadOnlySpan<int> chosen, int rows, ReadOnlySpan<ColumnOutput> outputs, int early)
    {
        _chosen.Clear();
        Span<bool> isChosen = _chosen.Extend(rows);
        isChosen.Clear();
        foreach (int row in chosen)
        {
            isChosen[row] = true;
        }

        foreach (ref readonly LateSlice slice in _slices.Span)
        {
            if (slice.Table is null)
            {
                GatherMem(slice, isChosen, outputs, early);
            }
            else
            {
                GatherTable(slice, slice.Table, isChosen, outputs, early);
            }
        }
    }

    private void GatherMem(in LateSlice slice, ReadOnlySpan<bool> isChosen, ReadOnlySpan<ColumnOutput> outputs, int early)
    {
        MemTable table = slice.MemTable!;
        ushort eventType = slice.Type.EventType.Id;
        ReadOnlySpan<int> places = _places.Span.Slice(slice.Place, slice.Rows.Count);
        for (int i = early; i < outputs.Length; i++)
        {
            ColumnOutput output = outputs[i];
            int column = slice.Type.Columns[i];
            for (int at = 0; at < places.Length; at++)
            {
                int place = places[at];
                if (!isChosen[place])
                {
                    continue;
                }

                if (column < 0)
                {
                    output.SetAbsent(place);
                    continue;
                }

                long row = slice.Rows.Row + ((long)at * slice.Rows.Step);
                ColumnState state = MemColumnReader.GetState(table, eventType, column, row);
                if (output.Type.IsVariable)
                {
                    output.Set(place, state, MemColumnReader.GetBytes(table, eventType, column, row));
                }
                else
                {
                    MemColumnReader.CopyValues(table, eventType, column, row, 1, output.SetFixed(place, state));
                }
            }
        }
    }

    private void GatherTable(in LateSlice slice, Table table, ReadOnlySpan<bool> isChosen, ReadOnlySpan<ColumnOutput> outputs, int early)
    {
        ReadOnlySpan<int> places = _places.Span.Slice(slice.Place, slice.Rows.Count);
        long row = slice.Rows.Row;
        int step = slice.Rows.Step;
        while (!places.IsEmpty)
        {
            int unchosen = CountUnchosen(places, isChosen);
            row += (long)unchosen * step;
            places = places[unchosen..];
            if (places.IsEmpty)
            {
                return;
            }

            Block block = table.GetBlock(table.FindBlock(row), slice.Type.Stored);
            int start = (int)(row - block.FirstRow);
            int count = Math.Min(places.Length, step > 0 ? block.Rows - start : start + 1);
            for (int i = early; i < outputs.Length; i++)
            {
                GatherBlock(block, slice.Type.Columns[i], start, step, places[..count], isChosen, outputs[i]);
            }

            row += (long)count * step;
            places = places[count..];
        }
    }

    private static int CountUnchosen(ReadOnlySpan<int> places, ReadOnlySpan<bool> isChosen)
    {
        int count = 0;
        while (count < places.Length && !isChosen[places[count]])
        {
            count++;
        }

        return count;
    }

    /// <summary>Copies bytes only: cells already have the state of a value before they are set.</summary>
    private static void CopyRows(
        ReadOnlySpan<byte> values, int width, int start, int step,
        ReadOnlySpan<int> places, ReadOnlySpan<bool> isChosen,
        Span<byte> destination)
    {
        for (int i = 0; i < places.Length; i++)
        {
            if (i + Ahead < places.Length)
            {
                Prefetch.Lines(values.Slice((start + ((i + Ahead) * step)) * width, width));
            }

            if (isChosen[places[i]])
            {
                values.Slice((start + (i * step)) * width, width).CopyTo(destination[(places[i] * width)..]);
            }
        }
    }

    private static void GatherBlock(
        Block block, int column, int start, int step, ReadOnlySpan<int> places, ReadOnlySpan<bool> isChosen, ColumnOutput output)
    {
        bool isThere = column >= 0 && block.HasColumn(column);
        ColumnChunk chunk = isThere ? block.Column(column) : default;
        if (isThere && chunk.TryGetRows(out ReadOnlySpan<byte> values))
        {
            CopyRows(values, output.Type.Width, start, step, places, isChosen, output.ValuesFrom(0));
            return;
        }

        for (int i = 0, row = start; i < places.Length; i++, row += step)
        {
            int place = places[i];
            if (!isChosen[place])
            {
                continue;
            }

            if (!isThere)
            {
                output.SetAbsent(place);
            }
            else if (output.Type.IsVariable)
            {
                output.Set(place, chunk.GetState(row), chunk.GetBytes(row));
            }
            else
            {
                chunk.CopyValues(row, 1, output.SetFixed(place, chunk.GetState(row)));
            }
        }
    }
}
