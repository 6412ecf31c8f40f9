using System.Diagnostics;
using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Core.Columns;

/// <summary>
/// Rows of one event type: times, ids and columns. Used by one thread at a time. Between calls every column holds at most
/// <see cref="Count"/> rows; <see cref="FillAbsent"/> completes the shorter ones. Reused through <see cref="Clear"/>. The rows
/// of background work lie in its <see cref="OwnedMemory"/> and live no longer.
/// </summary>
/// <remarks>
/// The rows of one run share one stamp. Rows of runs with different stamps, or with retractions, need a buffer that keeps
/// <see cref="Stamps"/> for each row. A buffer without stamps of its own pays nothing for them.
/// </remarks>
internal sealed class RowBuffer
{
    private readonly ColumnBuffer[] _columns;
    private BufferMemory<long> _times;
    private BufferMemory<ulong> _ids;

    /// <summary>Creates an empty buffer for streamed rows.</summary>
    public RowBuffer(IReadOnlyList<ColumnType> types, int capacity = 64, OwnedMemory? memory = null)
        : this(types, Stamp.Streamed, StampParts.None, capacity, memory)
    {
    }

    /// <summary>Creates an empty buffer.</summary>
    /// <param name="types">The types of the columns.</param>
    /// <param name="defaultStamp">The stamp of rows and cells that have none of their own.</param>
    /// <param name="parts">Which stamps are kept for each row.</param>
    /// <param name="capacity">The number of rows to make room for, unless the memory is native.</param>
    /// <param name="memory">The native memory that the rows are kept in; null for arrays.</param>
    public RowBuffer(
        IReadOnlyList<ColumnType> types, Stamp defaultStamp, StampParts parts, int capacity = 64, OwnedMemory? memory = null)
    {
        capacity = Math.Max(capacity, 1);
        _times = new BufferMemory<long>(memory, capacity);
        _ids = new BufferMemory<ulong>(memory, capacity);
        _columns = new ColumnBuffer[types.Count];
        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i] = new ColumnBuffer(types[i], capacity, memory);
        }

        Stamps = new RowStamps(defaultStamp, parts, types.Count, capacity, memory);
    }

    /// <summary>The number of rows held.</summary>
    public int Count { get; private set; }

    /// <summary>The event times, in milliseconds since the Unix epoch.</summary>
    public Span<long> Times => _times.Span.Slice(0, Count);

    /// <summary>The event ids.</summary>
    public Span<ulong> Ids => _ids.Span.Slice(0, Count);

    public ReadOnlyMemory<long> TimeMemory => _times.Array[..Count];

    public ReadOnlyMemory<ulong> IdMemory => _ids.Array[..Count];

    /// <summary>The bytes of all arrays, spare room included.</summary>
    public long HeldBytes
    {
        [MethodImpl(Compile.InFull)]
        get
        {
            long bytes = (sizeof(long) + sizeof(ulong)) * (long)_times.Length;
            foreach (ColumnBuffer column in _columns)
            {
                bytes += column.HeldBytes;
            }

            return bytes;
        }
    }

    /// <summary>The bytes that the rows take, without spare room.</summary>
    public long UsedBytes
    {
        get
        {
            long bytes = (sizeof(long) + sizeof(ulong)) * (long)Count;
            foreach (ColumnBuffer column in _columns)
            {
                bytes += column.UsedBytes;
            }

            return bytes;
        }
    }

    /// <summary>The columns, by column id.</summary>
    public ReadOnlySpan<ColumnBuffer> Columns => _columns;

    /// <summary>The stamps of rows and cells: when rows were inserted and retracted, and when cells were set.</summary>
    public RowStamps Stamps { get; }

    /// <summary>Starts a row. The caller appends its values to <see cref="Columns"/>; columns left out stay absent.</summary>
    [MethodImpl(Compile.InFull)]
    public void AppendKey(long time, ulong id)
    {
        int row = Count;
        if (row == _times.Length)
        {
            Reserve(1);
        }

        _times.Span[row] = time;
        _ids.Span[row] = id;
        Count = row + 1;
    }

    /// <summary>Adds <paramref name="rows"/> rows and returns their times and ids for the caller to write.</summary>
    [MethodImpl(Compile.InFull)]
    public void AppendKeys(int rows, out Span<long> times, out Span<ulong> ids)
    {
        Reserve(rows);
        times = _times.Span.Slice(Count, rows);
        ids = _ids.Span.Slice(Count, rows);
        Count += rows;
    }

    /// <summary>Appends a copy of one row.</summary>
    public void AppendRow(RowBuffer source, int row) => AppendRows(source, row, 1);

    /// <summary>
    /// Appends copies of adjacent rows. A source of an older schema has fewer columns; the missing ones become absent.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public void AppendRows(RowBuffer source, int start, int count)
    {
        AppendKeys(count, out Span<long> times, out Span<ulong> ids);
        source.Times.Slice(start, count).CopyTo(times);
        source.Ids.Slice(start, count).CopyTo(ids);
        int shared = SharedColumns(source);
        for (int i = 0; i < shared; i++)
        {
            _columns[i].AppendRows(source._columns[i], start, count);
        }

        for (int i = shared; i < _columns.Length; i++)
        {
            _columns[i].AppendMissing(ColumnState.Absent, count);
        }

        if (Stamps.Parts != StampParts.None)
        {
            Stamps.AppendRows(source.Stamps, source.Columns, start, count, Count);
        }
    }

    /// <summary>Extends every column with absent rows, and every stamp with its default, up to <see cref="Count"/>.</summary>
    public void FillAbsent()
    {
        foreach (ColumnBuffer column in _columns)
        {
            if (column.Count < Count)
            {
                column.AppendMissing(ColumnState.Absent, Count - column.Count);
            }
        }

        Stamps.Complete(Count);
    }

    /// <summary>
    /// Merges a row of the same identity into the last row. Every register keeps the greater of the two values, so the result
    /// depends neither on the order of merges nor on how often a row is merged. Cells that a retraction covers become absent.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public void MergeIntoLast(RowBuffer source, int row)
    {
        int last = Count - 1;
        Debug.Assert(Times[last] == source.Times[row] && Ids[last] == source.Ids[row], "only equal identities merge");
        int shared = SharedColumns(source);
        for (int i = 0; i < shared; i++)
        {
            if (CompareCell(i, last, source, row) < 0)
            {
                _columns[i].ReplaceLast(source._columns[i], row);
                if (Stamps.HasCells)
                {
                    Stamps.Cells(i)[last] = source.Stamps.CellOf(i, row);
                }
            }
        }

        if (Stamps.HasExistence)
        {
            Stamps.RaiseLast(source.Stamps.InsertedOf(row), source.Stamps.RetractedOf(row));
            VoidLast();
        }
    }

    /// <summary>Removes the last row, whose columns may be incomplete. Only without stamps for each row.</summary>
    public void RemoveLast()
    {
        Debug.Assert(Stamps.Parts == StampParts.None, "stamps would keep the row");
        ArgumentOutOfRangeException.ThrowIfZero(Count);
        Count--;
        foreach (ColumnBuffer column in _columns)
        {
            if (column.Count > Count)
            {
                column.RemoveLast();
            }
        }
    }

    /// <summary>Removes every row and keeps the memory.</summary>
    [MethodImpl(Compile.InFull)]
    public void Clear()
    {
        Count = 0;
        foreach (ColumnBuffer column in _columns)
        {
            column.Clear();
        }

        Stamps.Clear();
    }

    // An absent cell has no stamp, whatever its place in the stamps holds.
    [MethodImpl(Compile.InFull)]
    private int CompareCell(int column, int row, RowBuffer source, int sourceRow)
    {
        ColumnBuffer held = _columns[column];
        ColumnBuffer other = source._columns[column];
        if (Stamps.Parts == StampParts.None)
        {
            Debug.Assert(Stamps.DefaultStamp == source.Stamps.DefaultStamp && source.Stamps.Parts == StampParts.None, "one stamp for all");
            return held.CompareRow(row, other, sourceRow);
        }

        if (held.GetState(row) == ColumnState.Absent || other.GetState(sourceRow) == ColumnState.Absent)
        {
            return (int)held.GetState(row) - (int)other.GetState(sourceRow);
        }

        int byStamp = Stamps.CellOf(column, row).CompareTo(source.Stamps.CellOf(column, sourceRow));
        return byStamp != 0 ? byStamp : held.CompareRow(row, other, sourceRow);
    }

    private void VoidLast()
    {
        int last = Count - 1;
        ulong retracted = Stamps.RetractedOf(last);
        for (int i = 0; i < _columns.Length && retracted > 0; i++)
        {
            if (_columns[i].GetState(last) != ColumnState.Absent && Stamps.CellOf(i, last) <= retracted)
            {
                _columns[i].RemoveLast();
                _columns[i].AppendMissing(ColumnState.Absent);
                if (Stamps.HasCells)
                {
                    Stamps.Cells(i)[last] = Stamps.DefaultStamp.Value;
                }
            }
        }
    }

    [MethodImpl(Compile.InFull)]
    private int SharedColumns(RowBuffer source) => source._columns.Length <= _columns.Length
        ? source._columns.Length
        : throw new ArgumentException(
            $"The rows have {source._columns.Length} columns, more than the {_columns.Length} of this buffer.", nameof(source));

    [MethodImpl(Compile.InFull)]
    private void Reserve(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        if (rows > _times.Length - Count)
        {
            if ((long)Count + rows > Array.MaxLength)
            {
                throw new BufferLimitException((long)Count + rows);
            }

            int capacity = (int)Math.Min(Math.Max((long)Count + rows, 2L * _times.Length), Array.MaxLength);
            _times.Resize(capacity);
            _ids.Resize(capacity);
        }
    }
}
