using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Tables;

/// <summary>
/// An open column file. It holds replacement chunks of some columns in some blocks of one table, each with the stamps of its
/// cells. Thread contract: any thread, until disposed. Successive runs of one table share it. Nothing but its index is kept in
/// memory.
/// </summary>
internal sealed class ColumnFile : IDisposable
{
    private readonly TableFile _file;
    private readonly TableIndex _table;
    private readonly TableSection _blocks;
    private int _users = 1;

    private ColumnFile(TableFile file, ColumnFileMeta meta, ColumnFileFooter footer, EventTypeSchema schema, TableIndex table)
    {
        _file = file;
        _table = table;
        _blocks = footer.Section(TableFormat.BlocksSection);
        Meta = meta;
        Index = ColumnFileIndex.Read(file, footer, meta, schema, table);
    }

    /// <summary>What the manifest records about this file.</summary>
    public ColumnFileMeta Meta { get; }

    /// <summary>The chunks that the file has.</summary>
    public ColumnFileIndex Index { get; }

    /// <summary>Opens a column file and reads its index.</summary>
    /// <param name="fileSystem">The file system of the file.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="meta">What the manifest records about the file.</param>
    /// <param name="schema">The schema of the event type.</param>
    /// <param name="of">The table that the file must belong to.</param>
    /// <param name="table">The index of that table.</param>
    /// <exception cref="CorruptionException">
    /// The file is not the one that the manifest records, belongs to another table, or is damaged.
    /// </exception>
    public static ColumnFile Open(
        IFileSystem fileSystem, string path, ColumnFileMeta meta, EventTypeSchema schema, in ColumnFileBase of, TableIndex table)
    {
        TableFile file = new(fileSystem.Open(path, FileOpenMode.Read), meta.Number);
        try
        {
            return new ColumnFile(file, meta, ColumnFileFooterReader.Read(file, meta, of), schema, table);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens all files. When one cannot be opened, the others are closed again.</summary>
    public static ColumnFile[] OpenAll(IReadOnlyList<ColumnFileMeta> metas, Func<ColumnFileMeta, ColumnFile> open)
    {
        List<ColumnFile> opened = [];
        try
        {
            foreach (ColumnFileMeta meta in metas)
            {
                opened.Add(open(meta));
            }

            return [.. opened];
        }
        catch
        {
            FirstError.DisposeAfterError(opened);
            throw;
        }
    }

    /// <summary>Loads chunks of a block.</summary>
    /// <param name="block">The number of a block of which the file holds something.</param>
    /// <param name="wanted">
    /// For each chunk of the index, whether to load it. Only chunks that the file holds may be wanted.
    /// </param>
    /// <param name="chunks">Receives the slice of each wanted chunk.</param>
    /// <param name="pass">
    /// The pass that the block is read in; its memory holds the chunks until the next block. Null to decode into a new array.
    /// </param>
    /// <param name="io">Counts the preads and their bytes.</param>
    /// <returns>Bytes of the new array behind the slices; of a pass 0.</returns>
    /// <exception cref="CorruptionException">
    /// The file is too short, a checksum is wrong, or the bytes are not a valid chunk.
    /// </exception>
    public int Read(int block, ReadOnlySpan<bool> wanted, Span<ChunkSlice> chunks, BlockPass? pass, ref IoCount io) =>
        ChunkLoader.Load(_file, new ReplacedChunks(Index, block, _table.Rows(block), wanted), chunks, pass, ref io);

    /// <summary>Reads and checks every byte and every chunk.</summary>
    /// <exception cref="CorruptionException">The file is damaged.</exception>
    public void Verify(CancellationToken cancellationToken = default)
    {
        _file.Verify(_blocks, cancellationToken);
        bool[] wanted = new bool[Index.Chunks];
        ChunkSlice[] chunks = new ChunkSlice[Index.Chunks];
        BlockPass pass = new();
        IoCount io = default;
        for (int block = 0; block < _table.Blocks; block++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!Index.HoldsBlock(block))
            {
                continue;
            }

            for (int chunk = 0; chunk < wanted.Length; chunk++)
            {
                wanted[chunk] = Index.ChunkLength(block, chunk) > 0;
            }

            Read(block, wanted, chunks, pass, ref io);
        }
    }

    /// <summary>Adds a user: one more run that uses this file.</summary>
    public ColumnFile Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>Removes a user. The last one closes the file.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _file.Dispose();
        }
    }

    private readonly ref struct ReplacedChunks(ColumnFileIndex index, int block, int rows, ReadOnlySpan<bool> wanted) : IStoredChunks
    {
        private readonly ReadOnlySpan<bool> _wanted = wanted;

        public int Count => index.Chunks;

        public int Rows => rows;

        public BlockPlace Place => index.PlaceOf(block);

        public int SlotOf(int position) => position;

        public bool IsWanted(int position) => _wanted[position];

        public int LengthOf(int position) => index.ChunkLength(block, position);

        public ChunkCodec CodecOf(int position) => index.Codec(block, position);

        public ColumnType TypeOf(int position) => position % ColumnFileFormat.ChunksPerColumn == 0
            ? index.Types[position / ColumnFileFormat.ChunksPerColumn]
            : ColumnType.Scalar<ulong>();

        public ColumnType ReadAs(int position) => position % ColumnFileFormat.ChunksPerColumn == 0
            ? index.ReadTypes[position / ColumnFileFormat.ChunksPerColumn]
            : ColumnType.Scalar<ulong>();

        public ChunkSlice Missing(int position, TableFile file, long offset) =>
            throw new InvalidOperationException(
                $"Chunk {position} of block {block} was requested, but the column file does not replace it.");
    }
}
