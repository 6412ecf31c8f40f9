using Signals.Core.Columns;

namespace Signals.Storage.Tables;

/// <summary>
/// The chunks of a block of a table, and their order in the file. Chunk 0 holds the times, chunk 1 the ids, and chunk 2 + c
/// column c. The stamps that rows have individually follow: insertions and retractions, then one chunk per column for the stamps
/// of cells. In the file, wide columns follow all others. A table may have only some of the columns of its event type, in any
/// order; the other columns then have a chunk that is not stored. Thread contract: immutable; any thread.
/// </summary>
internal sealed class TableLayout
{
    private readonly ColumnType[] _types;
    private readonly ColumnType[] _storedTypes;
    private readonly int[] _chunkAt;
    private readonly int[] _unstored;
    private readonly int _firstCellStamps;

    /// <summary>The layout of a table of streamed rows.</summary>
    public TableLayout(ReadOnlySpan<ColumnType> columns)
        : this(columns, RowDefaults.Streamed)
    {
    }

    /// <summary>The layout of a table with all columns.</summary>
    public TableLayout(ReadOnlySpan<ColumnType> columns, RowDefaults defaults)
        : this(columns, defaults, [.. Enumerable.Range(0, columns.Length)])
    {
    }

    /// <summary>The layout of a table with some of the columns.</summary>
    /// <param name="columns">The types of the event type's columns, up to the last column that the table has.</param>
    /// <param name="defaults">What holds for all rows.</param>
    /// <param name="stored">The ids of the table's columns, each once, in the order of the table.</param>
    /// <param name="storedAs">
    /// The types that the columns have in the file, by id; empty if they are the same. A column that was widened since has a narrower
    /// one.
    /// </param>
    public TableLayout(
        ReadOnlySpan<ColumnType> columns, RowDefaults defaults, ReadOnlySpan<int> stored, ReadOnlySpan<ColumnType> storedAs = default)
    {
        Defaults = defaults;
        Columns = columns.Length;
        InsertedChunk = EndOfColumns;
        _firstCellStamps = EndOfColumns + ((defaults.Parts & StampParts.Existence) != 0 ? 2 : 0);
        int chunks = _firstCellStamps + ((defaults.Parts & StampParts.Cells) != 0 ? Columns : 0);
        _types =
        [
            ColumnType.Scalar<long>(),
            ColumnType.Scalar<ulong>(),
            .. columns,
            .. Enumerable.Repeat(ColumnType.Scalar<ulong>(), chunks - EndOfColumns),
        ];
        _storedTypes = [.. _types];
        storedAs.CopyTo(_storedTypes.AsSpan(TableFormat.FirstColumnChunk));
        List<int> order = [TableFormat.TimesChunk, TableFormat.IdsChunk];
        foreach (int column in stored)
        {
            order.Add(column + TableFormat.FirstColumnChunk);
        }

        order.AddRange(Enumerable.Range(EndOfColumns, _firstCellStamps - EndOfColumns));
        foreach (int column in defaults.Parts.HasFlag(StampParts.Cells) ? stored : [])
        {
            order.Add(CellStampsChunk(column));
        }

        _chunkAt = [.. order.Where(chunk => !IsWide(_storedTypes[chunk])), .. order.Where(chunk => IsWide(_storedTypes[chunk]))];
        _unstored = [.. Enumerable.Range(0, _types.Length).Except(order)];
    }

    /// <summary>What holds for all rows.</summary>
    public RowDefaults Defaults { get; }

    /// <summary>The number of chunks of a block: times, ids, every column, and stamps.</summary>
    public int Chunks => _types.Length;

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>The number of the first chunk after those of the columns.</summary>
    public int EndOfColumns => Columns + TableFormat.FirstColumnChunk;

    /// <summary>
    /// The chunk of the stamps of insertion; the chunk of retractions follows it. Exists only where rows have
    /// <see cref="StampParts.Existence"/>.
    /// </summary>
    public int InsertedChunk { get; }

    /// <summary>The chunk of the stamps of retraction.</summary>
    public int RetractedChunk => InsertedChunk + 1;

    /// <summary>The types of the columns, by column id.</summary>
    public ReadOnlySpan<ColumnType> ColumnTypes => _types.AsSpan(TableFormat.FirstColumnChunk, Columns);

    /// <summary>Whether a column of this type is stored apart from the narrow columns.</summary>
    public static bool IsWide(ColumnType type) => type.IsVector && type.Width >= TableFormat.WideBytes;

    /// <summary>
    /// The chunk of the stamps of a column's cells. Exists only where rows have <see cref="StampParts.Cells"/>.
    /// </summary>
    public int CellStampsChunk(int column) => _firstCellStamps + column;

    /// <summary>The chunk of this layout that corresponds to a chunk of a layout with fewer columns or stamps.</summary>
    public int ChunkOf(TableLayout fewer, int chunk) =>
        chunk < fewer.EndOfColumns ? chunk
        : chunk < fewer._firstCellStamps ? InsertedChunk + chunk - fewer.InsertedChunk
        : CellStampsChunk(chunk - fewer._firstCellStamps);

    /// <summary>The column whose cells or stamps a chunk holds; -1 for times, ids and existence.</summary>
    public int ColumnOf(int chunk) =>
        chunk >= _firstCellStamps ? chunk - _firstCellStamps
        : chunk < EndOfColumns ? Math.Max(-1, chunk - TableFormat.FirstColumnChunk)
        : -1;

    /// <summary>The type of the rows that a chunk gives.</summary>
    public ColumnType TypeOf(int chunk) => _types[chunk];

    /// <summary>The type of the rows of a chunk in the file.</summary>
    public ColumnType StoredTypeOf(int chunk) => _storedTypes[chunk];

    /// <summary>The chunk at a position in the file.</summary>
    public int ChunkAt(int position) => _chunkAt[position];

    /// <summary>The position of a chunk in the file; -1 when it is not stored.</summary>
    public int PositionOf(int chunk) => Array.IndexOf(_chunkAt, chunk);

    /// <summary>The number of chunks that a block has in the file.</summary>
    public int Positions => _chunkAt.Length;

    /// <summary>The chunks that the table does not store, because it lacks their column.</summary>
    public ReadOnlySpan<int> Unstored => _unstored;
}
