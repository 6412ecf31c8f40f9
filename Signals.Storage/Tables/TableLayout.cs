using Signals.Core.Columns;

namespace Signals.Storage.Tables;

/// <summary>
/// Which chunks a block of a table has and in which order they lie. Immutable, safe for any thread.
/// Chunk 0 is the times, 1 the ids, 2 + c is column c. Behind the columns come the stamps that rows have of their own: inserted and
/// retracted, then one chunk per column. In the file wide columns come after all others.
/// A table that has only some of its type's columns, in an order of its own, gives the others a chunk that is stored nowhere.
/// </summary>
internal sealed class TableLayout
{
    private readonly ColumnType[] _types;
    private readonly int[] _chunkAt;
    private readonly int[] _unstored;
    private readonly int _firstCellStamps;

    /// <summary>The layout of streamed rows.</summary>
    public TableLayout(ReadOnlySpan<ColumnType> columns)
        : this(columns, TableRun.Streamed)
    {
    }

    /// <summary>The layout of a table with all columns.</summary>
    public TableLayout(ReadOnlySpan<ColumnType> columns, TableRun run)
        : this(columns, run, [.. Enumerable.Range(0, columns.Length)])
    {
    }

    /// <summary>The layout of a table with some columns.</summary>
    /// <param name="columns">The type's columns up to the last that the table has.</param>
    /// <param name="run">What holds for all rows.</param>
    /// <param name="stored">Ids of the table's columns, each once, in its order.</param>
    public TableLayout(ReadOnlySpan<ColumnType> columns, TableRun run, ReadOnlySpan<int> stored)
    {
        Run = run;
        Columns = columns.Length;
        InsertedChunk = EndOfColumns;
        _firstCellStamps = EndOfColumns + ((run.Parts & StampParts.Existence) != 0 ? 2 : 0);
        int chunks = _firstCellStamps + ((run.Parts & StampParts.Cells) != 0 ? Columns : 0);
        _types = [ColumnType.Scalar<long>(), ColumnType.Scalar<ulong>(), .. columns, .. Enumerable.Repeat(ColumnType.Scalar<ulong>(), chunks - EndOfColumns)];
        List<int> order = [TableFormat.TimesChunk, TableFormat.IdsChunk];
        foreach (int column in stored)
        {
            order.Add(column + TableFormat.FirstColumnChunk);
        }

        order.AddRange(Enumerable.Range(EndOfColumns, _firstCellStamps - EndOfColumns));
        foreach (int column in run.Parts.HasFlag(StampParts.Cells) ? stored : [])
        {
            order.Add(CellStampsChunk(column));
        }

        _chunkAt = [.. order.Where(chunk => !IsWide(_types[chunk])), .. order.Where(chunk => IsWide(_types[chunk]))];
        _unstored = [.. Enumerable.Range(0, _types.Length).Except(order)];
    }

    /// <summary>What holds for all rows.</summary>
    public TableRun Run { get; }

    /// <summary>Chunks of a block: times, ids, every column, and stamps.</summary>
    public int Chunks => _types.Length;

    /// <summary>Columns of the table.</summary>
    public int Columns { get; }

    /// <summary>The first chunk that is none of a column.</summary>
    public int EndOfColumns => Columns + TableFormat.FirstColumnChunk;

    /// <summary>The chunk of insertions; that of retractions follows. Only where rows have <see cref="StampParts.Existence"/>.</summary>
    public int InsertedChunk { get; }

    /// <summary>The chunk of retractions.</summary>
    public int RetractedChunk => InsertedChunk + 1;

    /// <summary>The columns' types, by column id.</summary>
    public ReadOnlySpan<ColumnType> ColumnTypes => _types.AsSpan(TableFormat.FirstColumnChunk, Columns);

    /// <summary>Whether a column of this type is stored apart from the narrow ones.</summary>
    public static bool IsWide(ColumnType type) => type.IsVector && type.Width >= TableFormat.WideBytes;

    /// <summary>The chunk of the stamps of a column's cells. Only where rows have <see cref="StampParts.Cells"/>.</summary>
    public int CellStampsChunk(int column) => _firstCellStamps + column;

    /// <summary>The chunk here that a chunk of a layout of fewer columns or stamps is.</summary>
    public int ChunkOf(TableLayout fewer, int chunk) =>
        chunk < fewer.EndOfColumns ? chunk
        : chunk < fewer._firstCellStamps ? InsertedChunk + chunk - fewer.InsertedChunk
        : CellStampsChunk(chunk - fewer._firstCellStamps);

    /// <summary>The column that a chunk holds, or holds the stamps of; -1 for times, ids and existence.</summary>
    public int ColumnOf(int chunk) =>
        chunk >= _firstCellStamps ? chunk - _firstCellStamps
        : chunk < EndOfColumns ? Math.Max(-1, chunk - TableFormat.FirstColumnChunk)
        : -1;

    /// <summary>The type of a chunk's rows.</summary>
    public ColumnType TypeOf(int chunk) => _types[chunk];

    /// <summary>The chunk at a position in the file.</summary>
    public int ChunkAt(int position) => _chunkAt[position];

    /// <summary>The position in the file of a chunk; -1 when it is stored nowhere.</summary>
    public int PositionOf(int chunk) => Array.IndexOf(_chunkAt, chunk);

    /// <summary>Chunks that a block has in the file.</summary>
    public int Positions => _chunkAt.Length;

    /// <summary>The chunks of columns that the table lacks.</summary>
    public ReadOnlySpan<int> Unstored => _unstored;
}
