using System.Runtime.CompilerServices;
using Signals.Core.Columns;

namespace Signals.Storage.Tables;

/// <summary>
/// Adjacent rows of a table: their times, their ids and the columns that were requested so far, verified and decompressed. Thread
/// contract: any thread; immutable apart from the cache's referenced bit, whose races are harmless. Lifetime: the memory is
/// managed, so a thread that holds a block may read it even after it was evicted.
/// </summary>
internal sealed class Block : CachedItem
{
    private const int FixedBytes = 96;
    private const int SlicesPerLine = 4;

    private readonly TableLayout _layout;
    private readonly ChunkSlice[] _chunks;
    private readonly int _endOfColumns;
    private readonly bool _isComplete;

    /// <summary>Creates a block over decoded chunks.</summary>
    /// <param name="layout">The layout of the table.</param>
    /// <param name="firstRow">The number of the block's first row in the table.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="chunks">One slice per chunk of the layout. Times and ids are loaded.</param>
    /// <param name="dataBytes">Bytes of the arrays behind the slices.</param>
    public Block(TableLayout layout, long firstRow, int rows, ChunkSlice[] chunks, long dataBytes)
    {
        _layout = layout;
        _chunks = chunks;
        _endOfColumns = layout.EndOfColumns;
        FirstRow = firstRow;
        Rows = rows;
        DataBytes = dataBytes;
        _isComplete = Array.TrueForAll(chunks, chunk => chunk.Data is not null);
    }

    /// <summary>The number of the block's first row in the table.</summary>
    public long FirstRow { get; }

    /// <summary>The number of rows in the block.</summary>
    public int Rows { get; }

    /// <summary>Event times, Int64.</summary>
    public ColumnChunk Times => Open(TableFormat.TimesChunk);

    /// <summary>Event ids, UInt64.</summary>
    public ColumnChunk Ids => Open(TableFormat.IdsChunk);

    /// <inheritdoc/>
    public override long Bytes => FixedBytes + (long)Unsafe.SizeOf<ChunkSlice>() * _chunks.Length + DataBytes;

    /// <summary>Bytes of the arrays behind the chunks.</summary>
    public long DataBytes { get; }

    /// <summary>
    /// False when every row of the column is Absent, because the table is older than the column or the block has no value in it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The column was not requested.</exception>
    public bool HasColumn(int column)
    {
        int chunk = column + TableFormat.FirstColumnChunk;
        if ((uint)chunk >= (uint)_endOfColumns)
        {
            return false;
        }

        if (_chunks[chunk].Data is null)
        {
            ThrowNotLoaded(column);
        }

        return _chunks[chunk].Length != 0;
    }

    /// <summary>The chunk of a requested column. Call <see cref="HasColumn"/> first.</summary>
    /// <exception cref="InvalidOperationException">The column was not requested, or the block has no chunk of it.</exception>
    public ColumnChunk Column(int column)
    {
        if (!HasColumn(column))
        {
            ThrowAbsent(column);
        }

        return Open(column + TableFormat.FirstColumnChunk);
    }

    /// <summary>Whether all these columns are loaded. Columns that the table does not have count as loaded.</summary>
    public bool Holds(ReadOnlySpan<int> columns)
    {
        if (_isComplete)
        {
            return true;
        }

        ChunkSlice[] chunks = _chunks;
        foreach (int column in columns)
        {
            int chunk = column + TableFormat.FirstColumnChunk;
            if ((uint)chunk < (uint)_endOfColumns && chunks[chunk].Data is null)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Prefetches the list of chunks, which <see cref="Prefetch"/> reads.</summary>
    public void PrefetchChunks()
    {
        ChunkSlice[] chunks = _chunks;
        for (int i = 0; i < chunks.Length; i += SlicesPerLine)
        {
            Signals.Storage.Primitives.Prefetch.Line(ref chunks[i]);
        }
    }

    /// <summary>
    /// Prefetches keys and columns of some rows. Their place in each chunk is estimated in proportion to the row numbers.
    /// </summary>
    public void Prefetch(long row, int rows, ReadOnlySpan<int> columns)
    {
        int start = (int)(row - FirstRow);
        rows = Math.Min(rows, Rows - start);
        PrefetchChunk(TableFormat.TimesChunk, start, rows);
        PrefetchChunk(TableFormat.IdsChunk, start, rows);
        foreach (int column in columns)
        {
            PrefetchChunk(column + TableFormat.FirstColumnChunk, start, rows);
        }
    }

    /// <summary>Whether these stamps are loaded. Stamps of cells are checked for the given columns only.</summary>
    public bool HoldsStamps(ReadOnlySpan<int> columns, StampParts stamps)
    {
        bool holds = (stamps & StampParts.Existence) == 0 || (HoldsChunk(_layout.InsertedChunk) && HoldsChunk(_layout.RetractedChunk));
        if ((stamps & StampParts.Cells) != 0)
        {
            foreach (int column in columns)
            {
                holds &= (uint)column >= (uint)_layout.Columns || HoldsChunk(_layout.CellStampsChunk(column));
            }
        }

        return holds;
    }

    /// <summary>
    /// The stamp with which a row was inserted; 0 when it never was. Existence stamps must have been requested.
    /// </summary>
    public ulong InsertedOf(int row) => (_layout.Defaults.Parts & StampParts.Existence) != 0
        ? StampOf(_layout.InsertedChunk, row, _layout.Defaults.DefaultInserted)
        : _layout.Defaults.DefaultInserted;

    /// <summary>
    /// The stamp with which a row was retracted; 0 when it never was. Existence stamps must have been requested.
    /// </summary>
    public ulong RetractedOf(int row) =>
        (_layout.Defaults.Parts & StampParts.Existence) != 0 ? StampOf(_layout.RetractedChunk, row, 0) : 0;

    /// <summary>
    /// Whether all rows have the same existence stamps; if so, returns them. Existence stamps must have been requested.
    /// </summary>
    public bool TryGetExistence(out ulong inserted, out ulong retracted)
    {
        bool hasExistence = (_layout.Defaults.Parts & StampParts.Existence) != 0;
        inserted = _layout.Defaults.DefaultInserted;
        retracted = 0;
        return !hasExistence
            || (TryGetStamp(_layout.InsertedChunk, ref inserted) && TryGetStamp(_layout.RetractedChunk, ref retracted));
    }

    /// <summary>
    /// Copies the stamps with which rows were inserted and retracted; 0 stands for never. Existence stamps must have been
    /// requested.
    /// </summary>
    public void CopyExistence(int firstRow, Span<ulong> inserted, Span<ulong> retracted)
    {
        inserted.Fill(_layout.Defaults.DefaultInserted);
        retracted.Clear();
        if ((_layout.Defaults.Parts & StampParts.Existence) != 0)
        {
            CopyStamps(_layout.InsertedChunk, firstRow, inserted);
            CopyStamps(_layout.RetractedChunk, firstRow, retracted);
        }
    }

    /// <summary>
    /// Copies the stamps with which cells of a column were set. Stamps of cells must have been requested. The stamp of an absent
    /// cell is meaningless.
    /// </summary>
    public void CopyCellStamps(int column, int firstRow, Span<ulong> destination)
    {
        if ((_layout.Defaults.Parts & StampParts.Cells) != 0 && (uint)column < (uint)_layout.Columns
            && _chunks[_layout.CellStampsChunk(column)].Length != 0)
        {
            Open(_layout.CellStampsChunk(column)).CopyULongs(firstRow, destination.Length, destination);
            return;
        }

        destination.Fill(_layout.Defaults.Stamp.Value);
    }

    /// <summary>Whether a chunk is loaded.</summary>
    public bool HoldsChunk(int chunk) => _chunks[chunk].Data is not null;

    /// <summary>A block that has the chunks of both.</summary>
    public Block With(Block other)
    {
        ChunkSlice[] union = [.. _chunks];
        bool grown = false;
        for (int i = 0; i < union.Length; i++)
        {
            if (union[i].Data is null && other._chunks[i].Data is not null)
            {
                union[i] = other._chunks[i];
                grown = true;
            }
        }

        return grown ? new Block(_layout, FirstRow, Rows, union, DataBytes + other.DataBytes) { IsReferenced = true } : this;
    }

    /// <summary>
    /// The same chunks under the layout of a run that has new column files, without the columns that are in those files now.
    /// </summary>
    public Block Under(TableLayout layout, Predicate<int> isElsewhere)
    {
        ChunkSlice[] chunks = new ChunkSlice[layout.Chunks];
        for (int chunk = 0; chunk < _chunks.Length; chunk++)
        {
            int column = _layout.ColumnOf(chunk);
            if (column < 0 || !isElsewhere(column))
            {
                chunks[layout.ChunkOf(_layout, chunk)] = _chunks[chunk];
            }
        }

        return new Block(layout, FirstRow, Rows, chunks, DataBytes) { IsReferenced = IsReferenced };
    }

    private void PrefetchChunk(int chunk, int start, int rows)
    {
        if (chunk < _chunks.Length && _chunks[chunk].Data is not null)
        {
            ReadOnlySpan<byte> bytes = _chunks[chunk].Bytes;
            int from = (int)((long)bytes.Length * start / Rows);
            int length = (int)((long)bytes.Length * rows / Rows);
            Signals.Storage.Primitives.Prefetch.Lines(bytes[..Math.Min(1, bytes.Length)]);
            Signals.Storage.Primitives.Prefetch.Lines(bytes.Slice(from, length));
        }
    }

    private bool TryGetStamp(int chunk, ref ulong stamp)
    {
        if (_chunks[chunk].Length == 0)
        {
            return true;
        }

        ColumnChunk stamps = Open(chunk);
        stamp = (ulong)stamps.GetLong(0);
        return stamps.Encoding == ChunkEncoding.Constant;
    }

    private void CopyStamps(int chunk, int firstRow, Span<ulong> destination)
    {
        if (_chunks[chunk].Length != 0)
        {
            Open(chunk).CopyULongs(firstRow, destination.Length, destination);
        }
    }

    private ulong StampOf(int chunk, int row, ulong otherwise) =>
        _chunks[chunk].Length == 0 ? otherwise : (ulong)Open(chunk).GetLong(row);

    private ColumnChunk Open(int chunk) => ColumnChunk.Open(_layout.TypeOf(chunk), _chunks[chunk].Bytes, Rows);

    private static void ThrowNotLoaded(int column) =>
        throw new InvalidOperationException($"Column {column} is not loaded; name it among the columns when you get the block.");

    private static void ThrowAbsent(int column) =>
        throw new InvalidOperationException($"Column {column} is Absent in the whole block; check HasColumn first.");
}
