using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Reads;

/// <summary>
/// Copies the columns of chosen rows into the answer. Each value is copied once, slice by slice, in the order of the answer.
/// </summary>
/// <remarks>Thread contract: owned by one read at a time.</remarks>
internal sealed class ColumnGatherer(PooledList<RowHolder> holders)
{
    private readonly PooledList<byte> _scratch = new();

    public long HeldBytes => _scratch.HeldBytes;

    /// <param name="type">The event type of the rows.</param>
    /// <param name="slices">The rows.</param>
    /// <param name="outputs">All columns of the query, or the early ones.</param>
    public void Gather(QueryType type, ReadOnlySpan<RowSlice> slices, ReadOnlySpan<ColumnOutput> outputs)
    {
        foreach (ref readonly RowSlice slice in slices)
        {
            ref readonly RowHolder holder = ref holders[slice.Source];
            if (holder.Table is null)
            {
                GatherMem(type, holder.MemRows.Table, slice, outputs);
            }
            else
            {
                GatherTable(type, holder.Table, slice, outputs);
            }
        }
    }

    /// <summary>Merges the columns of a second copy of an event into the answer.</summary>
    public void MergeDuplicate(QueryType type, in RowKey key, int outputRow, ReadOnlySpan<ColumnOutput> outputs)
    {
        ref readonly RowHolder holder = ref holders[key.Source];
        for (int i = 0; i < outputs.Length; i++)
        {
            int column = type.Columns[i];
            if (column < 0)
            {
                continue;
            }

            ColumnState state = ReadCell(holder, type, column, key.Row, outputs[i].Type, out _, out ReadOnlySpan<byte> value);
            outputs[i].Merge(outputRow, state, value);
        }
    }

    /// <summary>Appends the stamps of the cells that <see cref="Gather"/> appended.</summary>
    public void GatherStamps(QueryType type, ReadOnlySpan<RowSlice> slices, ReadOnlySpan<ColumnOutput> outputs)
    {
        foreach (ref readonly RowSlice slice in slices)
        {
            Table? table = holders[slice.Source].Table;
            if (table is not null && (table.Defaults.Parts & StampParts.Cells) != 0)
            {
                GatherStamps(type, table, slice, outputs);
                continue;
            }

            foreach (ColumnOutput output in outputs)
            {
                output.ExtendStamps(slice.Count).Fill(table?.Defaults.Stamp.Value ?? Stamp.Streamed.Value);
            }
        }
    }

    /// <summary>Merges the columns of a second copy of an event into outputs that hold stamps.</summary>
    public void MergeStampedDuplicate(QueryType type, in RowKey key, int outputRow, ReadOnlySpan<ColumnOutput> outputs)
    {
        ref readonly RowHolder holder = ref holders[key.Source];
        for (int i = 0; i < outputs.Length; i++)
        {
            int column = type.Columns[i];
            if (column >= 0)
            {
                ColumnState state = ReadCell(
                    holder, type, column, key.Row, outputs[i].Type, out ulong stamp, out ReadOnlySpan<byte> value);
                outputs[i].Merge(outputRow, stamp, state, value);
            }
        }
    }

    private static void GatherStamps(QueryType type, Table table, in RowSlice slice, ReadOnlySpan<ColumnOutput> outputs)
    {
        long row = slice.Row;
        for (int left = slice.Count; left > 0;)
        {
            Block block = table.GetBlock(table.FindBlock(row), type.Stored, StampParts.Cells);
            int start = (int)(row - block.FirstRow);
            int count = Math.Min(left, slice.Step > 0 ? block.Rows - start : start + 1);
            for (int i = 0; i < outputs.Length; i++)
            {
                Span<ulong> stamps = outputs[i].ExtendStamps(count);
                if (type.Columns[i] < 0)
                {
                    stamps.Clear();
                    continue;
                }

                block.CopyCellStamps(type.Columns[i], slice.Step > 0 ? start : start - count + 1, stamps);
                if (slice.Step < 0)
                {
                    stamps.Reverse();
                }
            }

            row += (long)count * slice.Step;
            left -= count;
        }
    }

    private ColumnState ReadCell(
        in RowHolder holder, QueryType type, int column, long row, ColumnType columnType, out ulong stamp, out ReadOnlySpan<byte> value)
    {
        _scratch.Clear();
        Span<byte> buffer = _scratch.Extend(columnType.Width);
        if (holder.Table is null)
        {
            MemTable memTable = holder.MemRows.Table;
            stamp = Stamp.Streamed.Value;
            return ReadMem(memTable, type.EventType.Id, column, row, columnType, buffer, out value);
        }

        Block block = holder.Table.GetBlock(holder.Table.FindBlock(row), type.Stored, StampParts.Cells);
        int index = (int)(row - block.FirstRow);
        stamp = 0;
        block.CopyCellStamps(column, index, new Span<ulong>(ref stamp));
        return ReadBlock(block, column, index, columnType, buffer, out value);
    }

    private static ColumnState ReadMem(
        MemTable table, ushort eventType, int column, long row, ColumnType columnType, Span<byte> buffer, out ReadOnlySpan<byte> value)
    {
        if (columnType.IsVariable)
        {
            value = MemColumnReader.GetBytes(table, eventType, column, row);
        }
        else
        {
            MemColumnReader.CopyValues(table, eventType, column, row, 1, buffer);
            value = buffer;
        }

        return MemColumnReader.GetState(table, eventType, column, row);
    }

    private static ColumnState ReadBlock(
        Block block, int column, int index, ColumnType columnType, Span<byte> buffer, out ReadOnlySpan<byte> value)
    {
        if (!block.HasColumn(column))
        {
            value = [];
            return ColumnState.Absent;
        }

        ColumnChunk chunk = block.Column(column);
        if (columnType.IsVariable)
        {
            value = chunk.GetBytes(index);
        }
        else
        {
            chunk.CopyValues(index, 1, buffer);
            value = buffer;
        }

        return chunk.GetState(index);
    }

    private static void GatherMem(QueryType type, MemTable table, in RowSlice slice, ReadOnlySpan<ColumnOutput> outputs)
    {
        ushort eventType = type.EventType.Id;
        for (int i = 0; i < outputs.Length; i++)
        {
            ColumnOutput output = outputs[i];
            int column = type.Columns[i];
            if (column < 0)
            {
                output.AddAbsent(slice.Count);
                continue;
            }

            MemColumnReader.CopyStates(table, eventType, column, slice.Row, slice.Step, output.ExtendStates(slice.Count));
            if (output.Type.IsVariable)
            {
                for (int row = 0; row < slice.Count; row++)
                {
                    output.AddVariable(MemColumnReader.GetBytes(table, eventType, column, slice.Row + ((long)row * slice.Step)));
                }
            }
            else
            {
                MemColumnReader.CopyValues(table, eventType, column, slice.Row, slice.Step, output.ExtendValues(slice.Count));
            }
        }
    }

    private static void GatherTable(QueryType type, Table table, in RowSlice slice, ReadOnlySpan<ColumnOutput> outputs)
    {
        long row = slice.Row;
        int[] stored = outputs.Length == type.Columns.Length ? type.Stored : type.Early;
        for (int left = slice.Count; left > 0;)
        {
            Block block = table.GetBlock(table.FindBlock(row), stored);
            int start = (int)(row - block.FirstRow);
            int count = Math.Min(left, slice.Step > 0 ? block.Rows - start : start + 1);
            int lowest = slice.Step > 0 ? start : start - count + 1;
            for (int i = 0; i < outputs.Length; i++)
            {
                GatherBlock(block, type.Columns[i], lowest, count, slice.Step < 0, outputs[i]);
            }

            row += (long)count * slice.Step;
            left -= count;
        }
    }

    /// <summary>Appends adjacent rows of a block to one column.</summary>
    /// <param name="block">The block; it has the column, or its table lacks it.</param>
    /// <param name="column">The index of the column in the event type; negative when the type lacks it.</param>
    /// <param name="start">The first row, counted in the block.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="reverse">Whether the last of them is appended first.</param>
    /// <param name="output">Receives the rows.</param>
    public static void GatherBlock(Block block, int column, int start, int count, bool reverse, ColumnOutput output)
    {
        if (column < 0 || !block.HasColumn(column))
        {
            output.AddAbsent(count);
            return;
        }

        ColumnChunk chunk = block.Column(column);
        Span<byte> states = output.ExtendStates(count);
        chunk.CopyStates(start, count, states);
        if (reverse)
        {
            states.Reverse();
        }

        if (output.Type.IsVariable)
        {
            for (int i = 0; i < count; i++)
            {
                output.AddVariable(chunk.GetBytes(reverse ? start + count - 1 - i : start + i));
            }

            return;
        }

        Span<byte> values = output.ExtendValues(count);
        chunk.CopyValues(start, count, values);
        if (reverse)
        {
            ReverseRows(values, output.Type.Width);
        }
    }

    /// <summary>Reverses rows of the same width; the bytes of each stay as they are.</summary>
    public static void ReverseRows(Span<byte> values, int width)
    {
        switch (width)
        {
            case 1: values.Reverse(); return;
            case 2: MemoryMarshal.Cast<byte, ushort>(values).Reverse(); return;
            case 4: MemoryMarshal.Cast<byte, uint>(values).Reverse(); return;
            case 8: MemoryMarshal.Cast<byte, ulong>(values).Reverse(); return;
            default:
                // Reverses all bytes, then the bytes of each row: the rows end up in reverse order, each with its bytes as they
                // were.
                values.Reverse();
                for (int start = 0; start < values.Length; start += width)
                {
                    values.Slice(start, width).Reverse();
                }

                return;
        }
    }
}
