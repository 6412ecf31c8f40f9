using Signals.Storage.FileSystem;
using Signals.Storage.Versions;

namespace Signals.Storage.Maintenance;

/// <summary>
/// A folder under construction. Its final name appears in one step, when everything in it is durable. Until then it is called
/// <c>NAME.tmp</c>. A folder that a crash left behind is cleared by the next attempt, if all files in it are proven to be ours.
/// Thread contract: one thread. Lifetime: if it is disposed without <see cref="Publish"/>, the folder is deleted as far as
/// possible.
/// </summary>
internal sealed class StagingFolder : IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _target;
    private readonly IFileLock _lock;
    private bool _published;

    /// <summary>Creates the folder, under its temporary name.</summary>
    /// <exception cref="FileOperationException">
    /// Something with the final name exists, or the temporary folder holds foreign files.
    /// </exception>
    /// <exception cref="StoreLockedException">Another process is making the same folder.</exception>
    public StagingFolder(IFileSystem files, string target)
    {
        _files = files;
        _target = Path.TrimEndingDirectorySeparator(target);
        if (files.DirectoryExists(_target) || files.FileExists(_target))
        {
            throw new FileOperationException("create", _target, "it exists already and nothing is replaced; choose a new folder");
        }

        Folder = new StoreFolder(files, Free(files, _target));
        files.CreateDirectory(Folder.Path);
        _lock = files.Lock(Folder.Lock);
        try
        {
            Clear(except: StoreFiles.Lock);
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>The folder to write into.</summary>
    public StoreFolder Folder { get; }

    /// <summary>Makes the names in the folder durable, then renames the folder to its final name, durably.</summary>
    public void Publish()
    {
        Folder.Sync();
        _files.RenameDirectory(Folder.Path, _target);
        _published = true;
        _files.SyncDirectory(DurableFile.DirectoryOf(_target));
    }

    public void Dispose()
    {
        using (_lock)
        {
            if (!_published && _lock.IsHeld)
            {
                Delete();
            }
        }
    }

    // While the lock is held, its file last: whoever has the lock next begins with a folder of its own.
    private void Delete()
    {
        try
        {
            Clear(except: StoreFiles.Lock);
            if (_files.FileExists(Folder.Lock)) // Not every file system keeps its locks in files.
            {
                _files.Delete(Folder.Lock);
            }

            _files.DeleteDirectory(Folder.Path);
        }
        catch (FileOperationException)
        {
            // The error that led here is the one to report. The next attempt clears the folder, as it does where a file that is open
            // cannot be deleted.
        }
    }

    // A folder with our temporary name stays as it is when it holds files that cannot be proven to be ours. Another name is taken
    // then.
    private static string Free(IFileSystem files, string target)
    {
        const int MostTries = 100;
        string path = target + DurableFile.TemporarySuffix;
        for (int i = 1; i <= MostTries; i++)
        {
            if (!files.FileExists(path) && (!files.DirectoryExists(path) || IsOurs(files, path)))
            {
                return path;
            }

            path = FormattableString.Invariant($"{target}.{i}{DurableFile.TemporarySuffix}");
        }

        throw new FileOperationException("create", target, "folders with its temporary names hold foreign files; remove them");
    }

    private static bool IsOurs(IFileSystem files, string path) =>
        files.ListDirectories(path).Count == 0 && files.ListFiles(path).All(name =>
            name == StoreFiles.Lock
                ? LockOwner.IsOurs(files, Path.Combine(path, name), out _)
                : StoreFiles.Classify(name, out _) != StoreFileKind.Foreign && OwnContent.IsIn(files, Path.Combine(path, name)));

    private void Clear(string except)
    {
        foreach (string name in Folder.ListFiles().Where(name => name != except))
        {
            if (StoreFiles.Classify(name, out _) == StoreFileKind.Foreign)
            {
                throw new FileOperationException(
                    "create", Folder.Path,
                    $"the folder holds '{name}', which no store wrote; remove it or choose another folder");
            }

            _files.Delete(Folder.PathOf(name));
        }
    }
}
