using Signals.Core.Columns;

namespace Signals.Storage.Tables;

/// <summary>Reads chunks of the blocks of a table file. Threads: any; holds no state of its own.</summary>
internal sealed class BlockReader(TableFile file, TableIndex index, TableLayout layout)
{
    /// <summary>Loads chunks of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="wanted">Per chunk of the layout, whether to load it.</param>
    /// <param name="chunks">Per chunk, receives the slice of those wanted.</param>
    /// <param name="reuse">An array to decode into when it is large enough; a new exact one is made otherwise.</param>
    /// <param name="io">Counts the preads and their bytes.</param>
    /// <returns>The array behind the slices.</returns>
    /// <exception cref="Core.Model.CorruptionException">Short file, wrong checksum, or bytes that are no such chunk.</exception>
    public byte[] Read(int block, ReadOnlySpan<bool> wanted, Span<ChunkSlice> chunks, byte[]? reuse, ref IoCount io)
    {
        byte[] data = ChunkLoader.Load(file, new BlockChunks(index, layout, block, wanted), chunks, reuse, ref io);
        foreach (int chunk in layout.Unstored)
        {
            chunks[chunk] = ChunkSlice.Absent;
        }

        return data;
    }

    /// <summary>Whether some block has a chunk.</summary>
    public bool IsStored(int chunk)
    {
        int position = layout.PositionOf(chunk);
        for (int block = 0; block < index.Blocks && position >= 0; block++)
        {
            if (index.ChunkLength(block, position) > 0)
            {
                return true;
            }
        }

        return false;
    }

    private readonly ref struct BlockChunks(TableIndex index, TableLayout layout, int block, ReadOnlySpan<bool> wanted) : IStoredChunks
    {
        private readonly ReadOnlySpan<bool> _wanted = wanted;

        public int Count => layout.Positions;

        public int Rows => index.Rows(block);

        public long Offset => index.Offset(block);

        public int SlotOf(int position) => layout.ChunkAt(position);

        public bool IsWanted(int position) => _wanted[layout.ChunkAt(position)];

        public int LengthOf(int position) => index.ChunkLength(block, position);

        public ChunkCodec CodecOf(int position) => index.Codec(block, position);

        public ColumnType TypeOf(int position) => layout.TypeOf(layout.ChunkAt(position));

        public ChunkSlice Missing(int position, TableFile file, long offset) => layout.ChunkAt(position) >= TableFormat.FirstColumnChunk
            ? ChunkSlice.Absent
            : throw file.Corrupt(offset, "a block without times or ids");
    }
}
