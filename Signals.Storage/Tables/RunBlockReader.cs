namespace Signals.Storage.Tables;

/// <summary>
/// Loads chunks of the blocks of a run, each from the newest file that holds it: from one of the column files of the run, or from
/// its table. Thread contract: any thread; stateless. Without column files it costs as much as <see cref="BlockReader"/>.
/// </summary>
internal sealed class RunBlockReader
{
    private readonly BlockReader _table;
    private readonly TableLayout _stored;
    private readonly ColumnFile[] _files;
    private readonly int[] _chunkOf;

    /// <summary>Creates the source for one run.</summary>
    /// <param name="table">Reads the chunks of the table itself.</param>
    /// <param name="stored">The layout of those chunks.</param>
    /// <param name="layout">
    /// The layout of blocks in memory. With column files, it includes stamps of cells and every column of the files.
    /// </param>
    /// <param name="files">The column files, oldest first.</param>
    public RunBlockReader(BlockReader table, TableLayout stored, TableLayout layout, ColumnFile[] files)
    {
        _table = table;
        _stored = stored;
        _files = files;
        Layout = layout;
        _chunkOf = [.. Enumerable.Range(0, stored.Chunks).Select(chunk => layout.ChunkOf(stored, chunk))];
    }

    /// <summary>The chunks of a block, whichever file they are in.</summary>
    public TableLayout Layout { get; }

    /// <summary>New passes over the blocks, one for each file.</summary>
    public BlockPass[] NewPasses() => [.. Enumerable.Range(0, 1 + _files.Length).Select(_ => new BlockPass())];

    /// <summary>The column files, oldest first.</summary>
    public ReadOnlySpan<ColumnFile> Files => _files;

    /// <summary>Loads chunks of a block.</summary>
    /// <param name="block">The number of the block.</param>
    /// <param name="wanted">For each chunk of the layout, whether to load it.</param>
    /// <param name="chunks">Receives the slice of each wanted chunk.</param>
    /// <param name="passes">
    /// For each file, the pass that the block is read in; their memory holds the chunks until the next block. Null to decode into new
    /// arrays.
    /// </param>
    /// <param name="io">Counts the preads and their bytes.</param>
    /// <returns>Bytes of the new arrays behind the slices; of passes 0.</returns>
    /// <exception cref="CorruptionException">A file is too short, or a chunk is damaged.</exception>
    public long Read(int block, ReadOnlySpan<bool> wanted, Span<ChunkSlice> chunks, BlockPass[]? passes, ref IoCount io)
    {
        if (_files.Length == 0)
        {
            return _table.Read(block, wanted, chunks, passes?[0], ref io);
        }

        Span<bool> left = stackalloc bool[wanted.Length];
        wanted.CopyTo(left);
        long bytes = 0;
        for (int file = _files.Length - 1; file >= 0; file--)
        {
            if (_files[file].Index.HoldsBlock(block))
            {
                bytes += ReadFile(file, block, left, chunks, passes, ref io);
            }
        }

        return bytes + ReadTable(block, left, chunks, passes, ref io);
    }

    /// <summary>Bytes of memory of the indexes of the column files.</summary>
    public long ResidentBytes => _files.Sum(file => file.Index.ResidentBytes);

    /// <summary>Whether any block has a chunk of a column.</summary>
    public bool IsStored(int column) => IsInTable(column) || Array.Exists(_files, file => file.Index.PositionOf(column) >= 0);

    /// <summary>Whether any block of the table itself has a chunk of a column.</summary>
    public bool IsInTable(int column) => column < _stored.Columns && _table.IsStored(column + TableFormat.FirstColumnChunk);

    /// <summary>Whether a column file replaces a column in a block.</summary>
    public bool IsReplaced(int block, int column) => FileOf(block, column) is not null;

    /// <summary>The column file that holds a column of a block; null when the table holds it.</summary>
    public ColumnFile? FileOf(int block, int column)
    {
        for (int i = _files.Length - 1; i >= 0; i--)
        {
            int position = _files[i].Index.PositionOf(column);
            if (position >= 0 && _files[i].Index.Holds(block, position))
            {
                return _files[i];
            }
        }

        return null;
    }

    // Chunks found in this file are removed from the list, so that they are not read from an older file.
    private long ReadFile(int number, int block, Span<bool> left, Span<ChunkSlice> chunks, BlockPass[]? passes, ref IoCount io)
    {
        ColumnFile file = _files[number];
        ColumnFileIndex index = file.Index;
        Span<bool> wanted = stackalloc bool[index.Chunks];
        wanted.Clear();
        bool any = false;
        for (int position = 0; position < index.Columns.Length; position++)
        {
            if (index.Holds(block, position))
            {
                ref bool cells = ref left[index.Columns[position] + TableFormat.FirstColumnChunk];
                ref bool stamps = ref left[Layout.CellStampsChunk(index.Columns[position])];
                any |= cells | stamps;
                (wanted[2 * position], wanted[2 * position + 1]) = (cells, stamps);
                cells = stamps = false;
            }
        }

        if (!any)
        {
            return 0;
        }

        ChunkSlice[] found = new ChunkSlice[index.Chunks];
        long bytes = file.Read(block, wanted, found, passes?[1 + number], ref io);
        for (int chunk = 0; chunk < found.Length; chunk++)
        {
            if (wanted[chunk])
            {
                int column = index.Columns[chunk / ColumnFileFormat.ChunksPerColumn];
                bool isStamps = chunk % ColumnFileFormat.ChunksPerColumn != 0;
                chunks[isStamps ? Layout.CellStampsChunk(column) : column + TableFormat.FirstColumnChunk] = found[chunk];
            }
        }

        return bytes;
    }

    private long ReadTable(int block, ReadOnlySpan<bool> left, Span<ChunkSlice> chunks, BlockPass[]? passes, ref IoCount io)
    {
        Span<bool> wanted = stackalloc bool[_stored.Chunks];
        bool any = false;
        for (int chunk = 0; chunk < wanted.Length; chunk++)
        {
            wanted[chunk] = left[_chunkOf[chunk]];
            any |= wanted[chunk];
        }

        for (int chunk = 0; chunk < left.Length; chunk++)
        {
            if (left[chunk])
            {
                chunks[chunk] = ChunkSlice.Absent;
            }
        }

        if (!any)
        {
            return 0;
        }

        ChunkSlice[] found = new ChunkSlice[_stored.Chunks];
        long bytes = _table.Read(block, wanted, found, passes?[0], ref io);
        for (int chunk = 0; chunk < found.Length; chunk++)
        {
            if (wanted[chunk])
            {
                chunks[_chunkOf[chunk]] = found[chunk];
            }
        }

        return bytes;
    }
}
