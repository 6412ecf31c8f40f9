namespace Signals.Storage.Tables;

/// <summary>Reads chunks of the blocks of a table file. Thread contract: any thread; stateless.</summary>
internal sealed class BlockReader(TableFile file, TableIndex index, TableLayout layout)
{
    /// <summary>Loads chunks of a block.</summary>
    /// <param name="block">The number of the block.</param>
    /// <param name="wanted">For each chunk of the layout, whether to load it.</param>
    /// <param name="chunks">Receives the slice of each wanted chunk.</param>
    /// <param name="pass">
    /// The pass that the block is read in; its memory holds the chunks until the next block. Null to decode into a new array.
    /// </param>
    /// <param name="io">Counts the preads and their bytes.</param>
    /// <returns>Bytes of the new array behind the slices; of a pass 0.</returns>
    /// <exception cref="CorruptionException">
    /// The file is too short, a checksum is wrong, or the bytes are not a valid chunk.
    /// </exception>
    public int Read(int block, ReadOnlySpan<bool> wanted, Span<ChunkSlice> chunks, BlockPass? pass, ref IoCount io)
    {
        int bytes = ChunkLoader.Load(file, new BlockChunks(index, layout, block, wanted), chunks, pass, ref io);
        foreach (int chunk in layout.Unstored)
        {
            chunks[chunk] = ChunkSlice.Absent;
        }

        return bytes;
    }

    /// <summary>Asks the system to begin reading what a read of these columns needs of a block. Promises nothing.</summary>
    public void BeginRead(int block, ReadOnlySpan<int> columns)
    {
        int last = layout.PositionOf(TableFormat.IdsChunk);
        foreach (int column in columns)
        {
            last = (uint)column < (uint)layout.Columns ? Math.Max(last, layout.PositionOf(column + TableFormat.FirstColumnChunk)) : last;
        }

        long length = 0;
        for (int position = 0; position <= last; position++)
        {
            length += index.ChunkLength(block, position);
        }

        file.BeginRead(index.Offset(block), length);
    }

    /// <summary>Whether any block has a chunk with this number.</summary>
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

        public BlockPlace Place => index.Place(block);

        public int SlotOf(int position) => layout.ChunkAt(position);

        public bool IsWanted(int position) => _wanted[layout.ChunkAt(position)];

        public int LengthOf(int position) => index.ChunkLength(block, position);

        public ChunkCodec CodecOf(int position) => index.Codec(block, position);

        public ColumnType TypeOf(int position) => layout.StoredTypeOf(layout.ChunkAt(position));

        public ColumnType ReadAs(int position) => layout.TypeOf(layout.ChunkAt(position));

        public ChunkSlice Missing(int position, TableFile file, long offset) => layout.ChunkAt(position) >= TableFormat.FirstColumnChunk
            ? ChunkSlice.Absent
            : throw file.Corrupt(offset, "the block has no times or no ids");
    }
}
