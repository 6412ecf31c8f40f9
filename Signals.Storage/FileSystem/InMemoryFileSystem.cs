namespace Signals.Storage.FileSystem;

/// <summary>
/// A file system whose files below one folder are in memory. Everything else is outside, on the machine's own file system, so that a
/// store in memory imports segments and writes checkpoints like any other.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Nothing of the folder is ever on the disk, and each file system has a folder of its own under the same
/// path. Lifetime: that of its store; the content goes with it.
/// </remarks>
/// <param name="root">The folder, an absolute path. It need not exist outside, and is not created there.</param>
/// <param name="outside">All other paths.</param>
internal sealed class InMemoryFileSystem(string root, IFileSystem outside) : IFileSystem
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MemoryContent> _files = new(StringComparer.Ordinal); // guarded by _lock
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal); // guarded by _lock
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal); // guarded by _lock

    public IFile Open(string path, FileOpenMode mode)
    {
        if (!IsInside(path))
        {
            return outside.Open(path, mode);
        }

        lock (_lock)
        {
            if (mode != FileOpenMode.CreateNew)
            {
                return new MemoryFile(path, FindLocked("open", path), mode == FileOpenMode.ReadWrite);
            }

            RequireFreeLocked("open", path);
            MemoryContent content = new();
            _files.Add(path, content);
            return new MemoryFile(path, content, canWrite: true);
        }
    }

    public bool FileExists(string path) => Inside(path, () => _files.ContainsKey(path), () => outside.FileExists(path));

    public bool DirectoryExists(string path) => Inside(path, () => _folders.Contains(path), () => outside.DirectoryExists(path));

    public void CreateDirectory(string path)
    {
        if (!IsInside(path))
        {
            outside.CreateDirectory(path);
            return;
        }

        lock (_lock)
        {
            for (string? folder = path; folder is not null && IsInside(folder); folder = Path.GetDirectoryName(folder))
            {
                _folders.Add(folder);
            }
        }
    }

    /// <summary>As on other systems, nothing happens where both are names of the same file.</summary>
    public void Rename(string from, string to)
    {
        if (!IsInside(from) && !IsInside(to))
        {
            outside.Rename(from, to);
            return;
        }

        lock (_lock)
        {
            MemoryContent content = FindLocked("rename", from);
            RequireInside("rename", to);
            RequireFolderLocked("rename", Path.GetDirectoryName(to)!);
            if (_files.GetValueOrDefault(to) != content)
            {
                _files.Remove(from);
                _files[to] = content;
            }
        }
    }

    public bool TryLink(string from, string to)
    {
        if (IsInside(from) != IsInside(to))
        {
            return false;
        }

        if (!IsInside(from))
        {
            return outside.TryLink(from, to);
        }

        lock (_lock)
        {
            RequireFreeLocked("link", to);
            _files.Add(to, FindLocked("link", from));
            return true;
        }
    }

    public void Delete(string path)
    {
        if (!IsInside(path))
        {
            outside.Delete(path);
            return;
        }

        lock (_lock)
        {
            _ = FindLocked("delete", path);
            _files.Remove(path);
        }
    }

    public void RenameDirectory(string from, string to)
    {
        if (!IsInside(from) && !IsInside(to))
        {
            outside.RenameDirectory(from, to);
            return;
        }

        lock (_lock)
        {
            RequireInside("rename", from);
            RequireInside("rename", to);
            if (!_folders.Contains(from) || _folders.Contains(to))
            {
                throw new FileOperationException("rename", from, $"the folder does not exist, or '{to}' does");
            }

            string below = from + Path.DirectorySeparatorChar;
            foreach (string name in _files.Keys.Where(name => name.StartsWith(below, StringComparison.Ordinal)).ToArray())
            {
                _files.Remove(name, out MemoryContent? content);
                _files.Add(string.Concat(to, name.AsSpan(from.Length)), content!);
            }

            foreach (string name in _folders.Where(name => name == from || name.StartsWith(below, StringComparison.Ordinal)).ToArray())
            {
                _folders.Remove(name);
                _folders.Add(string.Concat(to, name.AsSpan(from.Length)));
            }
        }
    }

    public void DeleteDirectory(string path)
    {
        if (!IsInside(path))
        {
            outside.DeleteDirectory(path);
            return;
        }

        lock (_lock)
        {
            RequireFolderLocked("rmdir", path);
            if (_files.Keys.Concat(_folders).Any(name => Path.GetDirectoryName(name) == path))
            {
                throw new FileOperationException("rmdir", path, "the folder is not empty");
            }

            _folders.Remove(path);
        }
    }

    public void SyncDirectory(string path)
    {
        if (!IsInside(path))
        {
            outside.SyncDirectory(path);
            return;
        }

        lock (_lock)
        {
            RequireFolderLocked("sync", path);
        }
    }

    public IReadOnlyList<string> ListFiles(string directory) =>
        Inside(directory, () => ListLocked(directory, _files.Keys), () => outside.ListFiles(directory));

    public IReadOnlyList<string> ListDirectories(string directory) =>
        Inside(directory, () => ListLocked(directory, _folders), () => outside.ListDirectories(directory));

    public IFileLock Lock(string path)
    {
        if (!IsInside(path))
        {
            return outside.Lock(path);
        }

        lock (_lock)
        {
            // No other process can come here, so no file tells one who has the store.
            return _locks.Add(path) ? new MemoryLock(this, path) : throw new StoreLockedException(path, LockOwner.Describe());
        }
    }

    public FileIdentity? IdentityOf(string path) => Inside(
        path,
        () => _files.ContainsKey(path) || _folders.Contains(path) ? new FileIdentity(0, 0, path) : default(FileIdentity?),
        () => outside.IdentityOf(path));

    public long AvailableBytes(string directory) => IsInside(directory) ? long.MaxValue : outside.AvailableBytes(directory);

    private bool IsInside(string path) =>
        path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == Path.DirectorySeparatorChar);

    private T Inside<T>(string path, Func<T> readLocked, Func<T> readOutside)
    {
        if (!IsInside(path))
        {
            return readOutside();
        }

        lock (_lock)
        {
            return readLocked();
        }
    }

    private string[] ListLocked(string folder, IEnumerable<string> paths)
    {
        RequireFolderLocked("list", folder);
        return [.. paths.Where(path => Path.GetDirectoryName(path) == folder).Select(path => Path.GetFileName(path))];
    }

    private MemoryContent FindLocked(string operation, string path) => _files.TryGetValue(path, out MemoryContent? content)
        ? content
        : throw new FileOperationException(operation, path, "the file does not exist");

    private void RequireFreeLocked(string operation, string path)
    {
        if (_files.ContainsKey(path) || _folders.Contains(path))
        {
            throw new FileOperationException(operation, path, "it exists");
        }

        RequireFolderLocked(operation, Path.GetDirectoryName(path)!);
    }

    private void RequireFolderLocked(string operation, string path)
    {
        if (!_folders.Contains(path))
        {
            throw new FileOperationException(operation, path, "the folder does not exist");
        }
    }

    private void RequireInside(string operation, string path)
    {
        if (!IsInside(path))
        {
            throw new FileOperationException(operation, path, "the one path is in memory and the other is not");
        }
    }

    private void Unlock(string path)
    {
        lock (_lock)
        {
            _locks.Remove(path);
        }
    }

    /// <summary>Nobody else can reach the files, so the lock is held until it is given up.</summary>
    private sealed class MemoryLock(InMemoryFileSystem files, string path) : IFileLock
    {
        public bool IsHeld => true;

        public void Dispose() => files.Unlock(path);
    }
}
