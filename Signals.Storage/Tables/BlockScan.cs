using Signals.Core.Columns;

namespace Signals.Storage.Tables;

/// <summary>
/// Reads blocks of a table past the cache, for compaction. One thread. It holds one block and reuses its memory: a block is valid until
/// the next is loaded. The table stays open meanwhile.
/// </summary>
internal sealed class BlockScan(TableIndex index, BlockSource source)
{
    private readonly bool[] _wanted = new bool[source.Layout.Chunks];
    private readonly byte[]?[] _reuse = new byte[]?[source.Count];
    private IoCount _io;

    /// <summary>Bytes read so far.</summary>
    public long BytesRead => _io.Bytes;

    /// <summary>Loads chunks of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="keys">Whether times and ids are wanted.</param>
    /// <param name="columns">Wanted columns; those that the run does not have are allowed.</param>
    /// <param name="stamps">Wanted stamps; those of cells for the columns wanted.</param>
    /// <exception cref="Core.Model.CorruptionException">A chunk is damaged.</exception>
    public Block Load(int block, bool keys, ReadOnlySpan<ushort> columns, StampParts stamps)
    {
        TableLayout layout = source.Layout;
        Array.Clear(_wanted);
        _wanted[TableFormat.TimesChunk] = _wanted[TableFormat.IdsChunk] = keys;
        stamps &= layout.Run.Parts;
        foreach (ushort column in columns)
        {
            if (column < layout.Columns)
            {
                _wanted[column + TableFormat.FirstColumnChunk] = true;
                if (stamps.HasFlag(StampParts.Cells))
                {
                    _wanted[layout.CellStampsChunk(column)] = true;
                }
            }
        }

        if (stamps.HasFlag(StampParts.Existence))
        {
            _wanted[layout.InsertedChunk] = _wanted[layout.RetractedChunk] = true;
        }

        ChunkSlice[] chunks = new ChunkSlice[layout.Chunks];
        long bytes = source.Read(block, _wanted, chunks, _reuse, ref _io);
        return new Block(layout, index.FirstRow(block), index.Rows(block), chunks, bytes);
    }
}
