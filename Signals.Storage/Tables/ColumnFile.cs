using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Tables;

/// <summary>
/// An open column file: replacement chunks of some columns in some blocks of one table, each with the stamps of its cells. Threads: any,
/// until disposed; the runs of one table that succeed each other share it. Nothing is cached
/// here but the index.
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

    /// <summary>What the manifest says of this file.</summary>
    public ColumnFileMeta Meta { get; }

    /// <summary>Which chunks the file has.</summary>
    public ColumnFileIndex Index { get; }

    /// <summary>Opens a column file and reads its index.</summary>
    /// <param name="fileSystem">Where the file is.</param>
    /// <param name="path">The file.</param>
    /// <param name="meta">What the manifest knows of it.</param>
    /// <param name="schema">The event type.</param>
    /// <param name="of">The table that it must belong to.</param>
    /// <param name="table">That table's index.</param>
    /// <exception cref="CorruptionException">The file is not that one, belongs to another table, or is damaged.</exception>
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

    /// <summary>Opens all or, when one cannot be opened, none.</summary>
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
            opened.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <summary>Loads chunks of a block: adjacent wanted ones in one pread.</summary>
    /// <param name="block">A block of which the file holds something.</param>
    /// <param name="wanted">Per chunk of the index, whether to load it; only chunks that are there.</param>
    /// <param name="chunks">Per chunk, receives the slice of those wanted.</param>
    /// <param name="reuse">An array to decode into when it is large enough; a new exact one is made otherwise.</param>
    /// <param name="io">Counts the preads and their bytes.</param>
    /// <returns>The array behind the slices.</returns>
    /// <exception cref="CorruptionException">Short file, wrong checksum, or bytes that are no such chunk.</exception>
    public byte[] Read(int block, ReadOnlySpan<bool> wanted, Span<ChunkSlice> chunks, byte[]? reuse, ref IoCount io) =>
        ChunkLoader.Load(_file, new ReplacedChunks(Index, block, _table.Rows(block), wanted), chunks, reuse, ref io);

    /// <summary>Reads and checks every byte and every chunk.</summary>
    /// <exception cref="CorruptionException">Something is wrong.</exception>
    public void Verify(CancellationToken cancellationToken = default)
    {
        _file.Verify(_blocks, cancellationToken);
        bool[] wanted = new bool[Index.Chunks];
        ChunkSlice[] chunks = new ChunkSlice[Index.Chunks];
        byte[]? reuse = null;
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

            reuse = Read(block, wanted, chunks, reuse, ref io);
        }
    }

    /// <summary>The same for one more run that it is beside.</summary>
    public ColumnFile Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>One user less; the last closes the file.</summary>
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

        public long Offset => index.Offset(block);

        public int SlotOf(int position) => position;

        public bool IsWanted(int position) => _wanted[position];

        public int LengthOf(int position) => index.ChunkLength(block, position);

        public ChunkCodec CodecOf(int position) => index.Codec(block, position);

        public ColumnType TypeOf(int position) => position % ColumnFileFormat.ChunksPerColumn == 0
            ? index.Types[position / ColumnFileFormat.ChunksPerColumn]
            : ColumnType.Scalar<ulong>();

        public ChunkSlice Missing(int position, TableFile file, long offset) =>
            throw new InvalidOperationException($"Chunk {position} of block {block} was asked for, but the column file does not replace it.");
    }
}
