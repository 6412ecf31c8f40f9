using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Tables;

/// <summary>
/// An open run: a table and the column files beside it. The index and the directory (or the index of its pages) stay in memory;
/// blocks are read through the cache. Thread contract: any thread, until disposed; the version that holds the table keeps it open
/// while it is read. A cache hit takes no lock and allocates nothing.
/// </summary>
internal sealed class Table : IDisposable
{
    private readonly TableBody _body;
    private readonly TableDirectory _directory;
    private readonly TableIndex _index;
    private readonly TableLayout _layout;
    private readonly RunBlockReader _reader;
    private readonly BlockCache _cache;
    private readonly Block?[] _slots;
    private readonly int _insertedAt; // position of the chunk in a block; used only for a table that is not plain
    private readonly int _retractedAt;
    private readonly ushort[] _reclaimed; // stored columns whose drop is final
    private bool _disposed;
    private int _holders = 1; // whoever disposes it, and each hold

    // Owns the body and the files.
    private Table(TableBody body, TableMeta meta, EventTypeSchema schema, BlockCache cache, ColumnFile[] files)
    {
        _body = body;
        _cache = cache;
        Meta = meta;
        _index = body.Index;
        _directory = body.Directory;
        _layout = files.Length == 0 ? body.Layout : Joined(body.Layout, schema, meta.ColumnFiles);
        _reader = new RunBlockReader(body.Reader, body.Layout, _layout, files);
        _reclaimed =
        [
            .. schema.Columns.Where(column => column.Drop.IsFinal && column.Id < _layout.Columns && _reader.IsStored(column.Id))
                .Select(column => column.Id),
        ];
        _slots = new Block?[_index.Blocks];
        _insertedAt = body.Layout.PositionOf(body.Layout.InsertedChunk);
        _retractedAt = body.Layout.PositionOf(body.Layout.RetractedChunk);
        IsPlain = meta.Traits == RowTraits.None;
        IsStreamed = Defaults == RowDefaults.Streamed;
    }

    /// <summary>What the manifest records about this table.</summary>
    public TableMeta Meta { get; }

    /// <summary>The number of columns that the run has. Later columns of the event type are Absent.</summary>
    public int ColumnCount => _layout.Columns;

    /// <summary>What holds for all rows.</summary>
    public RowDefaults Defaults => _layout.Defaults;

    /// <summary>
    /// Whether every row is an event that exists. Then directory and keys alone determine which rows an answer has.
    /// </summary>
    public bool IsPlain { get; }

    /// <summary>Whether every insertion and every cell has the stamp of streamed events.</summary>
    public bool IsStreamed { get; }

    /// <summary>The number of blocks of the table.</summary>
    public int BlockCount => _index.Blocks;

    /// <summary>Bytes of memory of directory and indexes, without cached blocks.</summary>
    public long ResidentBytes =>
        _directory.ResidentBytes + _index.ResidentBytes + _reader.ResidentBytes + (long)Unsafe.SizeOf<nint>() * _slots.Length;

    /// <summary>The most bytes of memory that the cache allows for blocks and everything that shares its budget.</summary>
    public long CacheBytes => _cache.TotalBytes;

    /// <summary>Where the blocks of the table are.</summary>
    public TableIndex Index => _index;

    /// <summary>The column files of the run, oldest first.</summary>
    public ReadOnlySpan<ColumnFile> ColumnFiles => _reader.Files;

    /// <summary>The table as its column files name it.</summary>
    public ColumnFileBase AsBase => _body.AsBase;

    /// <summary>The users and their rows.</summary>
    public TableDirectory Directory => _directory;

    /// <summary>The chunks that blocks have in memory.</summary>
    public TableLayout Layout => _layout;

    /// <summary>The fixed part of the file's footer.</summary>
    internal TableFooter Footer => _body.Footer;

    /// <summary>Opens a table and reads its directory and index.</summary>
    /// <param name="fileSystem">The file system of the file.</param>
    /// <param name="path">The path of the file that is the table or contains it.</param>
    /// <param name="meta">What the manifest records about the table.</param>
    /// <param name="schema">The schema of the event type. It has at least the columns of the table.</param>
    /// <param name="cache">Bounds the blocks in memory.</param>
    /// <param name="verify">Whether to read and check every block first.</param>
    /// <param name="columnFile">Returns the path of a column file. Not needed for a table without column files.</param>
    /// <param name="segments">
    /// Shared handles for the segments that contain several tables; null to open a separate handle.
    /// </param>
    /// <exception cref="CorruptionException">The file is not the recorded table, or is damaged.</exception>
    public static Table Open(
        IFileSystem fileSystem,
        string path,
        TableMeta meta,
        EventTypeSchema schema,
        BlockCache cache,
        bool verify = false,
        Func<ColumnFileMeta, string>? columnFile = null,
        SharedFiles? segments = null)
    {
        Table table = New(
            TableBody.Open(fileSystem, path, meta, schema, cache.Directories, segments), fileSystem, meta, schema, cache, columnFile, []);
        return verify ? Verified(table) : table;
    }

    /// <summary>
    /// The same run with other column files, for a following version. Files that both runs have are shared and not read again;
    /// they are closed when both runs are disposed.
    /// </summary>
    /// <param name="fileSystem">The file system of the files.</param>
    /// <param name="meta">The metadata of the new run.</param>
    /// <param name="schema">The schema of the event type.</param>
    /// <param name="columnFile">Returns the path of a column file.</param>
    /// <exception cref="CorruptionException">A column file belongs to another table, or is damaged.</exception>
    public Table With(IFileSystem fileSystem, TableMeta meta, EventTypeSchema schema, Func<ColumnFileMeta, string> columnFile) =>
        New(_body.Share(), fileSystem, meta, schema, _cache, columnFile, _reader.Files);

    /// <summary>Takes over the cached blocks of the previous table, without the columns that are in other files now.</summary>
    /// <param name="before">The table that this one replaces.</param>
    /// <param name="loaded">For each block, the columns that were loaded from the other files; empty when none were.</param>
    public void TakeBlocks(Table before, Block?[] loaded) => _cache.Move(before._slots, _slots, (index, block) =>
        block.Under(_layout, column => IsElsewhere(before, index, column)), loaded);

    /// <summary>Whether a column of a block is in another file than in the table that this one replaces.</summary>
    public bool IsElsewhere(Table before, int block, int column) => FileOf(block, column) != before.FileOf(block, column);

    /// <summary>Puts a block of this table into the cache if the cache has free room.</summary>
    public void Keep(int block, Block loaded) => _cache.AddIfRoom(_slots, block, loaded);

    /// <summary>Removes every block of this table from the cache.</summary>
    public void LeaveCache() => _cache.Forget(_slots);

    /// <summary>Finds the rows of a user. Reads the directory page that may hold the user, unless it is in memory.</summary>
    public bool TryFind(in UserId user, out UserRows rows) => _directory.TryFind(in user, out rows);

    /// <summary>
    /// Whether the index proves that each of these rows is an event that exists: a block that stores no stamps of insertion or
    /// retraction has only such rows. The answer may be false although it is true. No I/O.
    /// </summary>
    public bool IsPlainFor(in UserRows rows)
    {
        if (IsPlain)
        {
            return true;
        }

        bool plain = true;
        int last = _index.FindBlock(rows.FirstRow + rows.Count - 1);
        for (int block = _index.FindBlock(rows.FirstRow); block <= last && plain; block++)
        {
            plain = _index.ChunkLength(block, _retractedAt) == 0
                && _index.ChunkLength(block, _insertedAt) == 0;
        }

        return plain;
    }

    /// <summary>The user at a position of the directory, which is ordered by user. May read a page of the directory.</summary>
    public UserId UserAt(int index, out UserRows rows)
    {
        rows = _directory.Rows(index);
        return _directory.User(index);
    }

    /// <summary>The block that holds a row.</summary>
    public int FindBlock(long row) => _index.FindBlock(row);

    /// <summary>
    /// A block with its times, its ids and at least these columns. Columns that the table does not have are allowed.
    /// </summary>
    /// <exception cref="CorruptionException">A chunk read for it is damaged.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Block GetBlock(int block, ReadOnlySpan<int> columns)
    {
        Block? resident = Volatile.Read(ref _slots[block]);
        if (resident is not null && resident.Holds(columns))
        {
            resident.MarkUsed();
            _cache.CountHit();
            return resident;
        }

        return LoadBlock(block, columns, resident, StampParts.None);
    }

    /// <summary>The same, with stamps that rows have individually. Stamps of cells are loaded for the given columns.</summary>
    /// <exception cref="CorruptionException">A chunk read for it is damaged.</exception>
    public Block GetBlock(int block, ReadOnlySpan<int> columns, StampParts stamps)
    {
        stamps &= Defaults.Parts;
        Block? resident = Volatile.Read(ref _slots[block]);
        if (resident is not null && resident.Holds(columns) && resident.HoldsStamps(columns, stamps))
        {
            resident.MarkUsed();
            _cache.CountHit();
            return resident;
        }

        return LoadBlock(block, columns, resident, stamps);
    }

    /// <summary>Prefetches what <see cref="TryFind"/> reads first.</summary>
    public void PrefetchDirectory(in UserId user) => _directory.Prefetch(in user);

    /// <summary>Prefetches what <see cref="TryFind"/> reads next.</summary>
    public void PrefetchEntry(in UserId user) => _directory.PrefetchEntry(in user);

    /// <summary>The block that holds a row, if it is in memory; otherwise null.</summary>
    public Block? ResidentBlock(long row) => ResidentBlockAt(FindBlock(row));

    /// <summary>A block, if it is in memory; otherwise null.</summary>
    public Block? ResidentBlockAt(int block) => Volatile.Read(ref _slots[block]);

    /// <summary>Asks the system to begin reading the block that holds a row, with columns of the table. Promises nothing.</summary>
    public void BeginRead(long row, ReadOnlySpan<int> columns) => _body.Reader.BeginRead(FindBlock(row), columns);

    /// <summary>Loads chunks of a block without the cache, into new memory.</summary>
    /// <param name="block">The number of the block.</param>
    /// <param name="wanted">For each chunk of the layout, whether to load it.</param>
    /// <param name="io">Counts the preads and their bytes.</param>
    /// <exception cref="CorruptionException">A chunk is damaged.</exception>
    public Block Load(int block, ReadOnlySpan<bool> wanted, ref IoCount io)
    {
        ChunkSlice[] chunks = new ChunkSlice[_layout.Chunks];
        long bytes = _reader.Read(block, wanted, chunks, passes: null, ref io);
        return new Block(_layout, _index.FirstRow(block), _index.Rows(block), chunks, bytes);
    }

    /// <summary>Finds users who are asked for in order. It bypasses the cache. Use each walk on one thread.</summary>
    public DirectoryWalk CreateWalk() => new(_directory);

    /// <summary>Creates a cursor over all users in order. It bypasses the cache. Use each cursor on one thread.</summary>
    public TableCursor CreateCursor() => new(_directory, _index, Meta.Traits, _reader, _reclaimed);

    /// <summary>Reads and checks every byte, every chunk and the order of rows.</summary>
    /// <exception cref="CorruptionException">The run is damaged.</exception>
    public void Verify(CancellationToken cancellationToken = default) =>
        TableVerifier.Verify(_body.Input, Footer, _directory, _index, _reader, cancellationToken);

    /// <summary>Creates a reader of blocks that bypasses the cache. Use each reader on one thread.</summary>
    public BlockScan CreateScan() => new(_index, _reader);

    /// <summary>Whether a column file replaces a column in a block.</summary>
    public bool IsReplaced(int block, int column) => _reader.IsReplaced(block, column);

    /// <summary>Ids of the columns in which some row is not absent, ascending. Reads the index entries of every block.</summary>
    public IEnumerable<ushort> StoredColumns() =>
        Enumerable.Range(0, _layout.Columns).Where(_reader.IsStored).Select(column => (ushort)column).Except(_reclaimed);

    /// <summary>Whether it holds cells of columns whose drop is final, which a merge leaves out.</summary>
    public bool HoldsDropped => _reclaimed.Length > 0;

    /// <summary>
    /// Whether there is exactly one column file, and none of its columns is in the table itself, so that no stored cell is hidden.
    /// </summary>
    public bool ColumnFileOnlyAdds =>
        Meta.ColumnFiles is [var only] && Array.TrueForAll(only.Columns, column => !_reader.IsInTable(column));

    /// <summary>
    /// Keeps the table open until <see cref="LetGo"/>, also when it is disposed meanwhile. The caller makes sure that it is not disposed
    /// yet. It does not keep the files from being deleted.
    /// </summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Ends a hold. The last one drops the cached blocks and closes the files.</summary>
    public void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            LeaveCache();
            FirstError.DisposeAll([_body, .. _reader.Files]);
        }
    }

    /// <summary>
    /// Drops the cached blocks and closes the files, unless somebody holds the table. A second call does nothing: other runs may share
    /// the files.
    /// </summary>
    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _disposed, true))
        {
            LetGo();
        }
    }

    // Owns the body from now on, also when this throws.
    private static Table New(
        TableBody body,
        IFileSystem fileSystem,
        TableMeta meta,
        EventTypeSchema schema,
        BlockCache cache,
        Func<ColumnFileMeta, string>? columnFile,
        ReadOnlySpan<ColumnFile> open)
    {
        ColumnFile[] files = [];
        try
        {
            files = OpenFiles(fileSystem, body, meta, schema, columnFile, open);
            return new Table(body, meta, schema, cache, files);
        }
        catch
        {
            FirstError.DisposeAfterError([body, .. files]);
            throw;
        }
    }

    private static Table Verified(Table table)
    {
        try
        {
            table.Verify();
            return table;
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }

    // Files that are open already are shared.
    private static ColumnFile[] OpenFiles(
        IFileSystem fileSystem,
        TableBody body,
        TableMeta meta,
        EventTypeSchema schema,
        Func<ColumnFileMeta, string>? columnFile,
        ReadOnlySpan<ColumnFile> open)
    {
        ColumnFile[] shared = open.ToArray();
        return ColumnFile.OpenAll(meta.ColumnFiles, columns => Array.Find(shared, file => file.Meta.Number == columns.Number)?.Share()
            ?? ColumnFile.Open(fileSystem, columnFile!(columns), columns, schema, body.AsBase, body.Index));
    }

    // A column file may have columns that are newer than the table, and it stores a stamp for every cell.
    private static TableLayout Joined(TableLayout stored, EventTypeSchema schema, IReadOnlyList<ColumnFileMeta> files)
    {
        int columns = Math.Max(stored.Columns, files.Max(file => file.Columns[^1]) + 1);
        ColumnType[] types = [.. schema.Columns.Take(columns).Select(column => column.Type)];
        return new TableLayout(types, stored.Defaults with { Parts = stored.Defaults.Parts | StampParts.Cells });
    }

    private ulong FileOf(int block, int column) => _reader.FileOf(block, column)?.Meta.Number ?? 0;

    private static void Want(int chunk, Block? resident, Span<bool> wanted) =>
        wanted[chunk] = resident is null || !resident.HoldsChunk(chunk);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Block LoadBlock(int block, ReadOnlySpan<int> columns, Block? resident, StampParts stamps)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _holders) == 0, this); // a shared file may still be open for other runs
        Span<bool> wanted = stackalloc bool[_layout.Chunks];
        wanted.Clear();
        wanted[TableFormat.TimesChunk] = wanted[TableFormat.IdsChunk] = resident is null;
        foreach (int column in columns)
        {
            if ((uint)column < (uint)_layout.Columns)
            {
                Want(column + TableFormat.FirstColumnChunk, resident, wanted);
                if ((stamps & StampParts.Cells) != 0)
                {
                    Want(_layout.CellStampsChunk(column), resident, wanted);
                }
            }
        }

        if ((stamps & StampParts.Existence) != 0)
        {
            Want(_layout.InsertedChunk, resident, wanted);
            Want(_layout.RetractedChunk, resident, wanted);
        }

        IoCount io = default;
        Block loaded = Load(block, wanted, ref io);
        _cache.CountMiss(io);
        return _cache.Publish(_slots, block, resident, loaded);
    }
}
