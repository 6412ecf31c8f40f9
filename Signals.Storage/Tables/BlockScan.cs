using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Reads blocks of a table without the cache, for compaction. Thread contract: one thread. Only one block is in memory, and its
/// memory is reused: a block is valid until the next one is loaded. The table must stay open meanwhile.
/// </summary>
internal sealed class BlockScan(TableIndex index, RunBlockReader reader)
{
    private readonly bool[] _wanted = new bool[reader.Layout.Chunks];
    private readonly ChunkSlice[] _chunks = new ChunkSlice[reader.Layout.Chunks];
    private readonly BlockPass[] _passes = reader.NewPasses();
    private IoCount _io;

    /// <summary>Bytes read so far.</summary>
    public long BytesRead => _io.Bytes;

    /// <summary>Loads chunks of a block.</summary>
    /// <param name="block">The number of the block.</param>
    /// <param name="keys">Whether times and ids are wanted.</param>
    /// <param name="columns">The wanted columns. Columns that the run does not have are allowed.</param>
    /// <param name="stamps">The wanted stamps. Stamps of cells are loaded for the wanted columns.</param>
    /// <exception cref="CorruptionException">A chunk is damaged.</exception>
    [MethodImpl(Compile.InFull)]
    public Block Load(int block, bool keys, ReadOnlySpan<ushort> columns, StampParts stamps)
    {
        TableLayout layout = reader.Layout;
        Array.Clear(_wanted);
        _wanted[TableFormat.TimesChunk] = _wanted[TableFormat.IdsChunk] = keys;
        stamps &= layout.Defaults.Parts;
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

        Array.Clear(_chunks);
        long bytes = reader.Read(block, _wanted, _chunks, _passes, ref _io);
        return new Block(layout, index.FirstRow(block), index.Rows(block), _chunks, bytes);
    }
}
