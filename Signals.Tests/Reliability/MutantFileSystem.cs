using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Tests.Reliability;

/// <summary>A file system with one planted bug, as an engine would show it that had this bug itself. Threads: one.</summary>
internal sealed class MutantFileSystem(IFileSystem inner, Mutant mutant) : IFileSystem
{
    private readonly List<string> _unsynced = [];
    private (IFile File, long Offset, byte[] Data)? _heldWrite;
    private bool _madeTable;

    public IFile Open(string path, FileOpenMode mode)
    {
        bool isTable = path.EndsWith(".tbl", StringComparison.Ordinal);
        _madeTable = mode == FileOpenMode.CreateNew ? isTable : _madeTable;
        if (mutant == Mutant.DeleteLogEarly && isTable && mode == FileOpenMode.CreateNew)
        {
            DeleteOldest(DurableFile.DirectoryOf(path), ".log", staying: 1);
        }

        if (mutant == Mutant.DeleteSegmentEarly && mode == FileOpenMode.CreateNew && path.EndsWith(".col", StringComparison.Ordinal))
        {
            DeleteOldest(DurableFile.DirectoryOf(path), ".seg", staying: 0);
        }

        IFile file = inner.Open(path, mode);
        return mutant == Mutant.ChecksumOff && mode == FileOpenMode.Read && (IsLog(path) || IsManifest(path))
            ? new ForgedFile(file)
            : new MutantFile(this, file);
    }

    public void Write(IFile file, long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        SyncOwed();
        switch (mutant)
        {
            case Mutant.SkipSeal when IsLog(file.Path) && first.Length == LogFormat.EntryBytes && LogEntry.Read(first).PayloadBytes == 0:
                break;
            case Mutant.DropManifestPayload when IsManifest(file.Path) && !second.IsEmpty:
                file.Write(offset, first);
                break;
            case Mutant.AckBeforeWrite when IsLog(file.Path):
                WriteHeld();
                _heldWrite = (file, offset, [.. first, .. second]);
                break;
            default:
                WriteOrNot(file, offset, first, second);
                break;
        }
    }

    public void Sync(IFile file)
    {
        WriteHeld();
        SyncOwed();
        switch (mutant)
        {
            case Mutant.SkipTableSync when file.Path.EndsWith(".tbl", StringComparison.Ordinal):
            case Mutant.SkipSegmentSync when file.Path.EndsWith(".seg", StringComparison.Ordinal):
            case Mutant.SkipColumnFileSync when file.Path.EndsWith(".col", StringComparison.Ordinal):
            case Mutant.SkipLogSync when IsLog(file.Path):
            case Mutant.SkipManifestSync when IsManifest(file.Path):
                break;
            case Mutant.SyncAfterPublish when file.Path.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal):
                _unsynced.Add(file.Path[..^DurableFile.TemporarySuffix.Length]);
                break;
            case Mutant.AckBeforeSync when IsLog(file.Path):
                _unsynced.Add(file.Path);
                break;
            case Mutant.RetrySync:
                Try(file.Sync, otherwise: file.Sync);
                break;
            case Mutant.SwallowSyncError:
                Try(file.Sync, otherwise: static () => { });
                break;
            default:
                file.Sync();
                break;
        }
    }

    /// <summary>The engine closes a file.</summary>
    public void Release(IFile file)
    {
        if (_heldWrite?.File == file)
        {
            WriteHeld();
        }
    }

    public void Rename(string from, string to)
    {
        switch (mutant)
        {
            case Mutant.StaleCurrent when to.EndsWith(StoreFiles.Current, StringComparison.Ordinal) && inner.FileExists(to):
            case Mutant.KeepTornTail when IsLog(to) && inner.FileExists(to):
                inner.Delete(from);
                break;
            case Mutant.RenameByDelete when inner.FileExists(to):
                inner.Delete(to);
                inner.Rename(from, to);
                break;
            case Mutant.SwallowRenameError:
                Try(() => inner.Rename(from, to), otherwise: static () => { });
                break;
            default:
                inner.Rename(from, to);
                break;
        }
    }

    public void SyncDirectory(string path)
    {
        switch (mutant)
        {
            case Mutant.SkipDirectorySync:
            case Mutant.SkipTableDirectorySync when _madeTable:
                break;
            case Mutant.SwallowDirectorySyncError:
                Try(() => inner.SyncDirectory(path), otherwise: static () => { });
                break;
            default:
                inner.SyncDirectory(path);
                break;
        }

        if (mutant != Mutant.AckBeforeSync)
        {
            SyncOwed();
        }
    }

    public bool TryLink(string from, string to) => inner.TryLink(from, to);

    public void Delete(string path)
    {
        if (mutant is not (Mutant.DeleteLogEarly or Mutant.DeleteSegmentEarly) || inner.FileExists(path))
        {
            inner.Delete(path);
        }
    }

    public void RenameDirectory(string from, string to) => inner.RenameDirectory(from, to);

    public void DeleteDirectory(string path) => inner.DeleteDirectory(path);

    public bool FileExists(string path) => inner.FileExists(path);

    public bool DirectoryExists(string path) => inner.DirectoryExists(path);

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public IReadOnlyList<string> ListFiles(string directory) => inner.ListFiles(directory);

    public IFileLock Lock(string path) => mutant == Mutant.LockNotLookedAt ? new ForgedLock(inner.Lock(path)) : inner.Lock(path);

    public FileIdentity? IdentityOf(string path) => inner.IdentityOf(path);

    public IReadOnlyList<string> ListDirectories(string directory) => inner.ListDirectories(directory);

    public long AvailableBytes(string directory) => inner.AvailableBytes(directory);

    private static bool IsLog(string path) => path.EndsWith(".log", StringComparison.Ordinal);

    private static bool IsManifest(string path) => StoreFiles.Classify(Path.GetFileName(path), out _) == StoreFileKind.Manifest;

    private static void Try(Action operation, Action otherwise)
    {
        try
        {
            operation();
        }
        catch (FileOperationException)
        {
            otherwise();
        }
    }

    private void WriteOrNot(IFile file, long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        try
        {
            file.Write(offset, first, second);
        }
        catch (FileOperationException) when (mutant == Mutant.SwallowWriteError)
        {
            // The planted bug.
        }
    }

    private void WriteHeld()
    {
        if (_heldWrite is { } held)
        {
            _heldWrite = null;
            held.File.Write(held.Offset, held.Data);
        }
    }

    private void SyncOwed()
    {
        foreach (string path in _unsynced.Where(inner.FileExists))
        {
            using IFile file = inner.Open(path, FileOpenMode.ReadWrite);
            file.Sync();
        }

        _unsynced.RemoveAll(inner.FileExists);
    }

    /// <summary>Deletes the oldest file of a kind where there are more of them than must stay.</summary>
    private void DeleteOldest(string directory, string suffix, int staying)
    {
        string[] files =
            [.. inner.ListFiles(directory).Where(name => name.EndsWith(suffix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        if (files.Length > staying)
        {
            inner.Delete(Path.Combine(directory, files[0]));
        }
    }
}
