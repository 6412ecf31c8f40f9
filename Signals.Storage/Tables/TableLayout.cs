using Signals.Core.Columns;

namespace Signals.Storage.Tables;

/// <summary>
/// Which chunks a block of a table has and in which order they lie. Immutable, safe for any thread.
/// Chunk 0 is the times, 1 the ids, 2 + c is column c; in the file wide columns come after all others.
/// </summary>
internal sealed class TableLayout
{
    private readonly ColumnType[] _types;
    private readonly int[] _chunkAt;
    private readonly int[] _positions;

    public TableLayout(ReadOnlySpan<ColumnType> columns)
    {
        _types = [ColumnType.Scalar<long>(), ColumnType.Scalar<ulong>(), .. columns];
        _chunkAt = new int[_types.Length];
        _positions = new int[_types.Length];
        int position = 0;
        foreach (bool wide in (ReadOnlySpan<bool>)[false, true])
        {
            for (int chunk = 0; chunk < _types.Length; chunk++)
            {
                if (IsWide(_types[chunk]) == wide)
                {
                    _positions[chunk] = position;
                    _chunkAt[position++] = chunk;
                }
            }
        }
    }

    /// <summary>Chunks of a block: times, ids and every column.</summary>
    public int Chunks => _types.Length;

    /// <summary>Columns of the table.</summary>
    public int Columns => _types.Length - TableFormat.FirstColumnChunk;

    /// <summary>The columns' types, by column id.</summary>
    public ReadOnlySpan<ColumnType> ColumnTypes => _types.AsSpan(TableFormat.FirstColumnChunk);

    /// <summary>Whether a column of this type is stored apart from the narrow ones.</summary>
    public static bool IsWide(ColumnType type) => type.IsVector && type.Width >= TableFormat.WideBytes;

    /// <summary>The type of a chunk's rows.</summary>
    public ColumnType TypeOf(int chunk) => _types[chunk];

    /// <summary>The chunk at a position in the file.</summary>
    public int ChunkAt(int position) => _chunkAt[position];

    /// <summary>The position in the file of a chunk.</summary>
    public int PositionOf(int chunk) => _positions[chunk];
}
