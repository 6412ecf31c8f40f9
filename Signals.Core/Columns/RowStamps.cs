using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Model;

namespace Signals.Core.Columns;

/// <summary>
/// The stamps of the rows of a <see cref="RowBuffer"/>, as far as they differ from the stamp of the run. Used by one thread at a
/// time. Between calls each part has at most as many entries as the rows or cells it belongs to; <see cref="Complete"/> fills in
/// the run's stamp. An absent cell also has the run's stamp, which means nothing there and takes no room on disk. While all cells
/// of a column have the run's stamp they take one byte each; the first cell with another stamp gives all of them room. The stamps
/// live with their rows and are reused with them.
/// </summary>
internal sealed class RowStamps
{
    private readonly ColumnBuffer[] _existence;
    private readonly ColumnBuffer[] _cells;

    /// <summary>Creates stamps for no rows.</summary>
    /// <param name="defaultStamp">The stamp of rows and cells that have none of their own.</param>
    /// <param name="parts">Which stamps are kept for each row.</param>
    /// <param name="columns">The number of columns of the rows.</param>
    /// <param name="capacity">The number of rows to make room for, unless the memory is native.</param>
    /// <param name="memory">The native memory that the stamps are kept in; null for arrays.</param>
    public RowStamps(Stamp defaultStamp, StampParts parts, int columns, int capacity, OwnedMemory? memory)
    {
        Debug.Assert(defaultStamp.IsValid, "a run has a stamp");
        DefaultStamp = defaultStamp;
        Parts = parts;
        _existence = Buffers((parts & StampParts.Existence) != 0 ? 2 : 0, capacity, memory);
        _cells = Buffers((parts & StampParts.Cells) != 0 ? columns : 0, capacity, memory);
    }

    /// <summary>The stamp of rows and cells that have none of their own.</summary>
    public Stamp DefaultStamp { get; }

    /// <summary>Which stamps are kept for each row.</summary>
    public StampParts Parts { get; }

    /// <summary>Whether there are stamps of insertion and retraction for each row.</summary>
    public bool HasExistence => _existence.Length > 0;

    /// <summary>Whether there is a stamp for each cell.</summary>
    public bool HasCells => (Parts & StampParts.Cells) != 0;

    /// <summary>The stamp with which each row was inserted; 0 for never. Only with <see cref="StampParts.Existence"/>.</summary>
    public Span<ulong> Inserted => Numbers(InsertedColumn);

    /// <summary>The stamp with which each row was retracted; 0 for never. Only with <see cref="StampParts.Existence"/>.</summary>
    public Span<ulong> Retracted => Numbers(RetractedColumn);

    /// <summary><see cref="Inserted"/> as a column, for writing and reading.</summary>
    public ColumnBuffer InsertedColumn => _existence[0];

    /// <summary><see cref="Retracted"/> as a column, for writing and reading.</summary>
    public ColumnBuffer RetractedColumn => _existence[1];

    /// <summary>
    /// The stamps of the cells of a column, as a column with room for all of them. Only with <see cref="StampParts.Cells"/>.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public ColumnBuffer CellColumn(int column)
    {
        ColumnBuffer cells = _cells[column];
        if (!cells.HasBytes && cells.Count > 0)
        {
            Numbers(cells).Fill(DefaultStamp.Value);
            cells.States.Fill((byte)ColumnState.Value);
        }

        return cells;
    }

    /// <summary>The stamps of the cells of a column. Only with <see cref="StampParts.Cells"/>.</summary>
    public Span<ulong> Cells(int column) => Numbers(CellColumn(column));

    /// <summary>Whether it is known, without a look at each cell, that all cells of a column have the run's stamp.</summary>
    public bool HasRunStampOnly(int column) => !_cells[column].HasBytes;

    /// <summary>Appends cells of a column that are absent or have the run's stamp.</summary>
    public void AppendRunStamps(int column, int rows) => AppendCells(_cells[column], rows);

    /// <summary>Appends the stamps with which the next row was inserted and retracted.</summary>
    public void AppendExistence(Stamp inserted, Stamp retracted)
    {
        InsertedColumn.Append(inserted.Value);
        RetractedColumn.Append(retracted.Value);
    }

    /// <summary>
    /// Extends every part to <paramref name="rows"/> rows with the run's stamp; the added rows are not retracted.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public void Complete(int rows)
    {
        if (HasExistence)
        {
            Append(InsertedColumn, DefaultStamp.Value, rows - InsertedColumn.Count);
            Append(RetractedColumn, 0, rows - RetractedColumn.Count);
        }

        foreach (ColumnBuffer cells in _cells)
        {
            AppendCells(cells, rows - cells.Count);
        }
    }

    /// <summary>Appends the stamps of adjacent rows of another buffer, whose cells have been appended already.</summary>
    /// <param name="source">The stamps of the other rows.</param>
    /// <param name="sourceColumns">The columns of the other rows.</param>
    /// <param name="start">The first row.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="rowsAfter">The number of rows in this buffer, the appended ones included.</param>
    public void AppendRows(RowStamps source, ReadOnlySpan<ColumnBuffer> sourceColumns, int start, int count, int rowsAfter)
    {
        Complete(rowsAfter - count);
        if (HasExistence)
        {
            AppendExistence(source, start, count);
        }

        for (int i = 0; i < Math.Min(_cells.Length, sourceColumns.Length); i++)
        {
            AppendCells(source, sourceColumns[i], i, start, count);
        }

        Complete(rowsAfter);
    }

    /// <summary>The stamp of a cell that is not absent.</summary>
    public ulong CellOf(int column, int row) =>
        column < _cells.Length && _cells[column].HasBytes ? Numbers(_cells[column])[row] : DefaultStamp.Value;

    /// <summary>The stamp with which a row was inserted.</summary>
    public ulong InsertedOf(int row) => HasExistence ? Inserted[row] : DefaultStamp.Value;

    /// <summary>The stamp with which a row was retracted; 0 for never.</summary>
    public ulong RetractedOf(int row) => HasExistence ? Retracted[row] : 0;

    /// <summary>Raises the stamps of insertion and retraction of the last row to at least these.</summary>
    public void RaiseLast(ulong inserted, ulong retracted)
    {
        ref ulong heldInserted = ref Inserted[^1];
        ref ulong heldRetracted = ref Retracted[^1];
        heldInserted = Math.Max(heldInserted, inserted);
        heldRetracted = Math.Max(heldRetracted, retracted);
    }

    /// <summary>Removes every row and keeps the memory.</summary>
    [MethodImpl(Compile.InFull)]
    public void Clear()
    {
        foreach (ColumnBuffer column in _existence)
        {
            column.Clear();
        }

        foreach (ColumnBuffer column in _cells)
        {
            column.Clear();
        }
    }

    private static ColumnBuffer[] Buffers(int count, int capacity, OwnedMemory? memory) =>
        [.. Enumerable.Range(0, count).Select(_ => new ColumnBuffer(ColumnType.Scalar<ulong>(), capacity, memory))];

    private static Span<ulong> Numbers(ColumnBuffer column) => MemoryMarshal.Cast<byte, ulong>(column.Values);

    private static void Append(ColumnBuffer column, ulong stamp, int rows)
    {
        if (rows > 0)
        {
            MemoryMarshal.Cast<byte, ulong>(column.AppendFixedRows(rows)).Fill(stamp);
        }
    }

    [MethodImpl(Compile.InFull)]
    private void AppendCells(ColumnBuffer cells, int rows)
    {
        if (rows > 0 && !cells.HasBytes)
        {
            cells.AppendMissing(ColumnState.Absent, rows);
        }
        else
        {
            Append(cells, DefaultStamp.Value, rows);
        }
    }

    private void AppendExistence(RowStamps source, int start, int count)
    {
        if (source.HasExistence)
        {
            InsertedColumn.AppendRows(source.InsertedColumn, start, count);
            RetractedColumn.AppendRows(source.RetractedColumn, start, count);
        }
        else
        {
            Append(InsertedColumn, source.DefaultStamp.Value, count);
            Append(RetractedColumn, 0, count);
        }
    }

    [MethodImpl(Compile.InFull)]
    private void AppendCells(RowStamps source, ColumnBuffer values, int column, int start, int count)
    {
        ReadOnlySpan<byte> states = values.States.Slice(start, count);
        bool isOfTheRun = source.DefaultStamp == DefaultStamp && (column >= source._cells.Length || source.HasRunStampOnly(column));
        if (isOfTheRun || !states.ContainsAnyExcept((byte)ColumnState.Absent))
        {
            AppendRunStamps(column, count);
            return;
        }

        Span<ulong> stamps = MemoryMarshal.Cast<byte, ulong>(CellColumn(column).AppendFixedRows(count));
        for (int i = 0; i < count; i++)
        {
            stamps[i] = states[i] == (byte)ColumnState.Absent ? DefaultStamp.Value : source.CellOf(column, start + i);
        }
    }
}
