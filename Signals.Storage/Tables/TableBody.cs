using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Tables;

/// <summary>
/// The part of an open table that does not depend on its column files: the file, its directory and its index. Thread contract:
/// immutable; any thread. Lifetime: a run that gets another column file continues with the same body, so its users are counted.
/// Each user disposes it once, and the last one closes the file and frees the memory of the directory: no reader may be left then.
/// </summary>
internal sealed class TableBody : IDisposable
{
    private readonly TableDirectory _directory;
    private readonly OwnedMemory _memory;
    private int _users = 1;

    private TableBody(TableFile file, TableMeta meta, EventTypeSchema schema, BlockCache directories, OwnedMemory memory)
    {
        using OwnedMemory passing = new();
        _memory = memory;
        Input = file;
        Footer = TableFooterReader.Read(file, meta);
        Layout = TableColumns.Read(file, Footer, schema, meta.ColumnIds);
        Index = TableIndex.Parse(file, Footer, Layout, file.ReadSection(Footer.Section(TableFormat.IndexSection), passing));
        _directory = TableDirectoryReader.Read(file, Footer, directories, memory);
        Reader = new BlockReader(file, Index, Layout);
        AsBase = new ColumnFileBase(file.Identity, meta.FileChecksum, Footer.Rows, Index.Blocks);
    }

    /// <summary>The file.</summary>
    public TableFile Input { get; }

    /// <summary>The fixed part of its footer.</summary>
    public TableFooter Footer { get; }

    /// <summary>The chunks that it stores.</summary>
    public TableLayout Layout { get; }

    /// <summary>Where the blocks are.</summary>
    public TableIndex Index { get; }

    /// <summary>Where the users are.</summary>
    public TableDirectory Directory => _directory;

    /// <summary>Reads the chunks of the file.</summary>
    public BlockReader Reader { get; }

    /// <summary>The table as its column files name it.</summary>
    public ColumnFileBase AsBase { get; }

    /// <summary>Opens the file that is the table or contains it, and reads its directory and index.</summary>
    /// <exception cref="CorruptionException">The file is not the recorded table, or is damaged.</exception>
    public static TableBody Open(
        IFileSystem fileSystem, string path, TableMeta meta, EventTypeSchema schema, BlockCache directories, SharedFiles? segments = null)
    {
        TableFile file = TableFile.Open(fileSystem, path, meta, segments);
        OwnedMemory memory = new();
        try
        {
            TableBody body = new(file, meta, schema, directories, memory);
            WarmOrLeave(body._directory);
            return body;
        }
        catch
        {
            FirstError.DisposeAfterError(memory, file);
            throw;
        }
    }

    /// <summary>Adds a user.</summary>
    public TableBody Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>Removes a user. The last one closes the file.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _directory.LeaveCache();
            FirstError.DisposeAll(_memory, Input);
        }
    }

    private static void WarmOrLeave(TableDirectory directory)
    {
        try
        {
            directory.Warm();
        }
        catch
        {
            directory.LeaveCache();
            throw;
        }
    }
}
