using Signals.Storage.FileSystem;

namespace Signals.Tests.Simulation;

/// <summary>
/// A file system in memory that knows what a power cut would take. Every change is a numbered operation; any of them can be made to
/// fail, and <see cref="Recording"/> builds the disk after each. Threads: any.
/// </summary>
internal sealed class SimFileSystem : IFileSystem
{
    private readonly Lock _lock = new();
    private readonly SimDisk _start;
    private readonly SimDisk _disk;
    private readonly List<SimOperation>? _operations;
    private readonly Dictionary<string, SimLock> _locks = [];
    private int _operationCount;
    private int _failAt = int.MaxValue;
    private bool _failForEver;

    /// <summary>Mounts a disk, which it copies; an empty one by default.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="record">Whether operations are kept for <see cref="Recording"/>.</param>
    public SimFileSystem(SimDisk? disk = null, bool record = true)
    {
        _start = disk ?? new SimDisk();
        _disk = _start.Clone();
        _operations = record ? [] : null;
    }

    /// <summary>The number of operations so far, failed ones included.</summary>
    public int OperationCount => Volatile.Read(ref _operationCount);

    /// <summary>What <see cref="AvailableBytes"/> says.</summary>
    public long FreeBytes { get; set; } = long.MaxValue;

    /// <summary>Whether a file can have two names.</summary>
    public bool CanLink { get; set; } = true;

    /// <summary>Runs before each sync of a file, on the caller's thread and outside every lock; may throw in its place.</summary>
    public Action? BeforeSync { get; set; }

    /// <summary>Called with path, offset and length of what is asked for ahead of its read.</summary>
    public Action<string, long, long>? AskedAhead { get; set; }

    /// <summary>Operations that fail as long as this is so, whatever their number; called under a lock.</summary>
    public Predicate<SimOperation>? Refuses { get; set; }

    /// <summary>Files whose reads fail as long as this is so.</summary>
    public Predicate<string>? RefusesReadsOf { get; set; }

    /// <summary>Folders whose lists fail as long as this is so.</summary>
    public Predicate<string>? RefusesListsOf { get; set; }

    /// <summary>Makes the operation with this number (from 0) fail, and all later ones too when asked to.</summary>
    public void FailAt(int operation, bool forEver = false)
    {
        lock (_lock)
        {
            _failAt = operation;
            _failForEver = forEver;
        }
    }

    /// <summary>The run so far.</summary>
    public SimRecording Recording()
    {
        lock (_lock)
        {
            return new SimRecording(_start, (_operations ?? throw new InvalidOperationException("Not recording.")).ToArray());
        }
    }

    public IFile Open(string path, FileOpenMode mode)
    {
        path = Normal(path);
        lock (_lock)
        {
            bool exists = _disk.Names.TryGetValue(path, out int inode);
            if (mode != FileOpenMode.CreateNew)
            {
                return exists ? new SimFile(this, path, inode, mode == FileOpenMode.ReadWrite) : throw Refused("open", path, "ENOENT");
            }

            if (exists || !_disk.HasDirectory(Path.GetDirectoryName(path)!))
            {
                throw Refused("open", path, exists ? "EEXIST" : "ENOENT");
            }

            inode = _disk.NextInode;
            ApplyLocked(new SimOperation(SimOperationKind.Create, path, Inode: inode));
            return new SimFile(this, path, inode, canWrite: true);
        }
    }

    public bool FileExists(string path)
    {
        lock (_lock)
        {
            return _disk.Names.ContainsKey(Normal(path));
        }
    }

    public bool DirectoryExists(string path)
    {
        lock (_lock)
        {
            return _disk.HasDirectory(Normal(path));
        }
    }

    public void CreateDirectory(string path)
    {
        path = Normal(path);
        lock (_lock)
        {
            if (!_disk.HasDirectory(path))
            {
                CreateDirectory(Path.GetDirectoryName(path)!);
                ApplyLocked(new SimOperation(SimOperationKind.CreateDirectory, path));
            }
        }
    }

    public void Rename(string from, string to)
    {
        lock (_lock)
        {
            int inode = FindLocked("rename", from);
            ApplyLocked(new SimOperation(SimOperationKind.Rename, Normal(from), Normal(to), inode));
        }
    }

    public bool TryLink(string from, string to)
    {
        lock (_lock)
        {
            if (!CanLink)
            {
                return false;
            }

            int inode = FindLocked("link", from);
            if (_disk.Names.ContainsKey(Normal(to)))
            {
                throw Refused("link", to, "EEXIST");
            }

            ApplyLocked(new SimOperation(SimOperationKind.Link, Normal(to), Inode: inode));
            return true;
        }
    }

    public void RenameDirectory(string from, string to)
    {
        lock (_lock)
        {
            if (!_disk.HasDirectory(Normal(from)) || _disk.HasDirectory(Normal(to)))
            {
                throw Refused("rename", from, "ENOENT or EEXIST");
            }

            ApplyLocked(new SimOperation(SimOperationKind.RenameDirectory, Normal(from), Normal(to)));
        }
    }

    public void DeleteDirectory(string path)
    {
        path = Normal(path);
        lock (_lock)
        {
            if (_disk.Names.Keys.Any(name => Path.GetDirectoryName(name) == path))
            {
                throw Refused("rmdir", path, "ENOTEMPTY");
            }

            ApplyLocked(new SimOperation(SimOperationKind.DeleteDirectory, path));
        }
    }

    public void Delete(string path)
    {
        lock (_lock)
        {
            int inode = FindLocked("unlink", path);
            ApplyLocked(new SimOperation(SimOperationKind.Delete, Normal(path), Inode: inode));
        }
    }

    public void SyncDirectory(string path)
    {
        path = Normal(path);
        lock (_lock)
        {
            if (!_disk.HasDirectory(path))
            {
                throw Refused("fsync", path, "ENOENT");
            }

            ApplyLocked(new SimOperation(SimOperationKind.SyncDirectory, path));
        }
    }

    public IReadOnlyList<string> ListFiles(string directory)
    {
        directory = Normal(directory);
        if (RefusesListsOf?.Invoke(directory) == true)
        {
            throw Refused("readdir", directory, "EIO");
        }

        lock (_lock)
        {
            return [.. _disk.Names.Keys.Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path))];
        }
    }

    public IFileLock Lock(string path)
    {
        path = Normal(path);
        lock (_lock)
        {
            SimLock held = new(this, path);
            return _locks.TryAdd(path, held) ? held : throw new StoreLockedException(path, "process 1 (simulated)");
        }
    }

    /// <summary>
    /// Leaves the file that a real lock leaves, naming its owner, on a disk on which nothing has been done yet. The locks here
    /// are no files, and what a failed making of a store leaves is told from other programs' files by this one.
    /// </summary>
    public void LeaveLock(string path)
    {
        lock (_lock)
        {
            if (_operationCount > 0 || _disk.Names.Count > 0)
            {
                return;
            }

            byte[] owner = "process 1 (simulated)"u8.ToArray();
            int inode = _disk.NextInode;
            SimOperation[] operations =
            [
                new(SimOperationKind.Create, Normal(path), Inode: inode),
                new(SimOperationKind.Write, Normal(path), Inode: inode, Length: owner.Length, Data: owner),
                new(SimOperationKind.Sync, Normal(path), Inode: inode),
                new(SimOperationKind.SyncDirectory, Normal(Path.GetDirectoryName(path)!)),
            ];
            foreach (SimOperation operation in operations)
            {
                _start.Apply(operation);
                _disk.Apply(operation);
            }
        }
    }

    /// <summary>What a script does that deletes lock files: who held one holds it no more, and another may take it.</summary>
    public void BreakLocks()
    {
        lock (_lock)
        {
            _locks.Clear();
        }
    }

    public FileIdentity? IdentityOf(string path)
    {
        path = Normal(path);
        lock (_lock)
        {
            return _disk.Names.TryGetValue(path, out int inode) ? new FileIdentity(1, (ulong)inode)
                : _disk.HasDirectory(path) ? new FileIdentity(1, 0, path)
                : null;
        }
    }

    public IReadOnlyList<string> ListDirectories(string directory)
    {
        directory = Normal(directory);
        lock (_lock)
        {
            return [.. _disk.Directories.Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path))];
        }
    }

    public long AvailableBytes(string directory) => FreeBytes;

    internal bool IsHeld(SimLock held, string path)
    {
        lock (_lock)
        {
            return _locks.GetValueOrDefault(path) == held;
        }
    }

    internal void Unlock(SimLock held, string path)
    {
        lock (_lock)
        {
            if (_locks.GetValueOrDefault(path) == held)
            {
                _locks.Remove(path);
            }
        }
    }

    internal long LengthOf(int inode)
    {
        lock (_lock)
        {
            return _disk.Inode(inode).Current.Length;
        }
    }

    internal int Read(string path, int inode, long offset, Span<byte> destination)
    {
        if (RefusesReadsOf?.Invoke(path) == true)
        {
            throw Refused("read", path, "EIO");
        }

        lock (_lock)
        {
            return _disk.Inode(inode).Current.Read(offset, destination);
        }
    }

    internal void Apply(in SimOperation operation)
    {
        lock (_lock)
        {
            ApplyLocked(operation);
        }
    }

    private static string Normal(string path) => path.Length > 1 && path[^1] == '/' ? path[..^1] : path;

    private static FileOperationException Refused(string operation, string path, string error) =>
        new(operation, path, $"{error} (simulated)");

    private int FindLocked(string operation, string path) =>
        _disk.Names.TryGetValue(Normal(path), out int inode) ? inode : throw Refused(operation, path, "ENOENT");

    private void ApplyLocked(SimOperation operation)
    {
        int number = _operationCount++;
        if (number == _failAt || (number > _failAt && _failForEver) || Refuses?.Invoke(operation) == true)
        {
            operation = operation with { Failed = true };
        }

        _operations?.Add(operation);
        _disk.Apply(operation);
        if (operation.Failed)
        {
            throw Refused(operation.Kind.ToString(), operation.Path, "EIO");
        }
    }
}
