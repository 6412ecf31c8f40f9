namespace Signals.Tests.Simulation;

/// <summary>
/// The state of a simulated machine: files, names, and which of both would survive a power cut. Clones share bytes until one side
/// writes, so thousands of crash images are cheap. Threads: one; a disk that is no longer changed may be cloned from several.
/// </summary>
internal sealed class SimDisk
{
    private readonly Dictionary<int, SimInode> _inodes;
    private readonly Dictionary<string, int> _names;
    private readonly Dictionary<string, int> _durableNames;
    private readonly List<SimOperation> _pendingNames;
    private readonly HashSet<string> _directories;
    private readonly HashSet<string> _durableDirectories;

    public SimDisk()
        : this([], [], [], [], [], [])
    {
    }

    private SimDisk(
        Dictionary<int, SimInode> inodes, Dictionary<string, int> names, Dictionary<string, int> durableNames,
        List<SimOperation> pendingNames, HashSet<string> directories, HashSet<string> durableDirectories)
    {
        _inodes = inodes;
        _names = names;
        _durableNames = durableNames;
        _pendingNames = pendingNames;
        _directories = directories;
        _durableDirectories = durableDirectories;
    }

    /// <summary>The paths that a process sees.</summary>
    public IReadOnlyDictionary<string, int> Names => _names;

    /// <summary>The folders that a process sees.</summary>
    public IReadOnlyCollection<string> Directories => _directories;

    /// <summary>The operations on names that may or may not survive, in order.</summary>
    public IReadOnlyList<SimOperation> PendingNames => _pendingNames;

    /// <summary>The identity that the next new file gets.</summary>
    public int NextInode { get; private set; } = 1;

    public bool HasDirectory(string path) => path is "" or "." or "/" || _directories.Contains(path);

    public SimInode Inode(int inode) => _inodes[inode];

    /// <summary>A copy in every respect: what another process finds after this one was killed.</summary>
    public SimDisk Clone()
    {
        var inodes = new Dictionary<int, SimInode>(_inodes.Count);
        foreach ((int id, SimInode inode) in _inodes)
        {
            inodes.Add(id, inode.Clone());
        }

        return new SimDisk(inodes, new(_names), new(_durableNames), [.. _pendingNames], new(_directories), new(_durableDirectories))
        {
            NextInode = NextInode,
        };
    }

    /// <summary>The disk after a power cut, where <paramref name="seed"/> chooses what survives of all that was not synced.</summary>
    public SimDisk PowerCut(ulong seed)
    {
        var cut = new SimPowerCut(seed);
        HashSet<string> directories = new(_durableDirectories);
        Dictionary<string, int> names = cut.Names(_durableNames, directories, _pendingNames);
        var inodes = new Dictionary<int, SimInode>(names.Count);
        foreach (int id in names.Values)
        {
            inodes.TryAdd(id, SimInode.Of(cut.Content(_inodes[id])));
        }

        return new SimDisk(inodes, names, new(names), [], directories, new(directories)) { NextInode = NextInode };
    }

    /// <summary>Carries out an operation, or what a failed one does: half a write, a sync whose pages are lost, else nothing.</summary>
    public void Apply(in SimOperation operation)
    {
        switch (operation.Kind)
        {
            case SimOperationKind.Write when operation.Failed:
                _inodes[operation.Inode].Change(operation with { Length = operation.Length / 2 });
                break;
            case SimOperationKind.Write or SimOperationKind.SetLength when !operation.Failed:
                _inodes[operation.Inode].Change(operation);
                break;
            case SimOperationKind.Sync:
                _inodes[operation.Inode].Sync(operation.Failed);
                break;
            case SimOperationKind.SyncDirectory:
                SyncNames(operation);
                break;
            case SimOperationKind.CreateDirectory when !operation.Failed:
                _directories.Add(operation.Path);
                _durableDirectories.Add(operation.Path);
                break;
            case SimOperationKind.DeleteDirectory when !operation.Failed:
                _directories.Remove(operation.Path);
                _durableDirectories.Remove(operation.Path);
                break;
            case SimOperationKind.Create when !operation.Failed:
                _inodes.Add(operation.Inode, new SimInode());
                NextInode = operation.Inode + 1;
                ChangeName(operation);
                break;
            case SimOperationKind.Rename when !operation.Failed
                && Path.GetDirectoryName(operation.Path) != Path.GetDirectoryName(operation.Target):
                ChangeName(operation with { Kind = SimOperationKind.Link, Path = operation.Target!, Target = null });
                ChangeName(operation with { Kind = SimOperationKind.Delete, Target = null });
                break;
            case SimOperationKind.Rename or SimOperationKind.Link or SimOperationKind.Delete or SimOperationKind.RenameDirectory
                when !operation.Failed:
                ChangeName(operation);
                break;
        }
    }

    public static void ApplyTo(Dictionary<string, int> names, HashSet<string> directories, in SimOperation operation)
    {
        switch (operation.Kind)
        {
            case SimOperationKind.Create or SimOperationKind.Link:
                names[operation.Path] = operation.Inode;
                break;
            case SimOperationKind.Rename:
                RemoveOwn(names, operation);
                names[operation.Target!] = operation.Inode;
                break;
            case SimOperationKind.RenameDirectory:
                RenameDirectory(names, directories, operation.Path, operation.Target!);
                break;
            default:
                RemoveOwn(names, operation);
                break;
        }
    }

    // When earlier operations on the name were lost, it may be absent or belong to another file.
    private static void RemoveOwn(Dictionary<string, int> names, in SimOperation operation)
    {
        if (names.TryGetValue(operation.Path, out int inode) && inode == operation.Inode)
        {
            names.Remove(operation.Path);
        }
    }

    private static void RenameDirectory(Dictionary<string, int> names, HashSet<string> directories, string from, string to)
    {
        foreach (string path in names.Keys.Where(path => Path.GetDirectoryName(path) == from).ToArray())
        {
            names.Remove(path, out int inode);
            names[Path.Combine(to, Path.GetFileName(path))] = inode;
        }

        directories.Remove(from);
        directories.Add(to);
    }

    private void ChangeName(in SimOperation operation)
    {
        ApplyTo(_names, _directories, operation);
        _pendingNames.Add(operation);
    }

    private void SyncNames(SimOperation sync)
    {
        foreach (SimOperation operation in _pendingNames.ToArray())
        {
            if (!sync.Failed && Path.GetDirectoryName(operation.Path) == sync.Path)
            {
                ApplyTo(_durableNames, _durableDirectories, operation);
                MovePending(operation);
            }
        }

        _pendingNames.RemoveAll(operation => Path.GetDirectoryName(operation.Path) == sync.Path);
    }

    // A directory that is durable under its new name takes the entries along that nobody has synced yet.
    private void MovePending(SimOperation rename)
    {
        for (int i = 0; rename.Kind == SimOperationKind.RenameDirectory && i < _pendingNames.Count; i++)
        {
            SimOperation pending = _pendingNames[i];
            if (Path.GetDirectoryName(pending.Path) == rename.Path)
            {
                _pendingNames[i] = pending with { Path = Path.Combine(rename.Target!, Path.GetFileName(pending.Path)) };
            }
        }
    }
}
