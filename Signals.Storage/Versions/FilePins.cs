using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Versions;

/// <summary>
/// The only owner of the deletion of a store's data files and logs. A file is live, or retired but pinned, or deleted. Code that
/// needs a file by name pins it; code that finds that the store does not need a file any more retires it. Several callers may pin
/// and retire the same file: a retired file is deleted once, when its last pin is released. A file that a crash leaves undeleted
/// is removed when the store is opened the next time.
/// </summary>
/// <remarks>
/// Thread contract: any thread. A file must be pinned while it certainly exists, that is, under the lock that its removal from
/// the store needs, too. Retiring a file never releases another caller's pin. File numbers are never used again, so retiring a
/// deleted file does nothing. Invariant: no other code deletes such a file of an open store. Lifetime: that of the store. Once
/// this object is disposed, or the store has failed, it deletes nothing more, because the folder may belong to another store by
/// then. A caller that deletes a file gets an error when that fails. A caller that only pinned or replaced the file gets none,
/// because it cannot do anything about it. In both cases the file waits for <see cref="DeleteLate"/>.
/// </remarks>
internal sealed class FilePins(StoreFolder folder, FailStop failStop) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Hold> _held = []; // guarded by _lock; only pinned files
    private readonly HashSet<string> _late = []; // guarded by _lock; retired and not pinned, but still there
    private bool _disposed; // guarded by _lock

    /// <summary>Raised with the name of each file that was deleted, on the thread that deleted it.</summary>
    public event Action<string>? Deleted;

    /// <summary>Keeps files until the result is disposed.</summary>
    public IDisposable Pin(IEnumerable<string> names) => Take(names, retired: false);

    /// <summary>
    /// States that the store does not need these files any more. They are deleted when their last pin is released. The result is
    /// one more pin, for a caller that retires files that readers may still have open.
    /// </summary>
    public IDisposable Retire(IEnumerable<string> names) =>
        PlantedBugs.Has(PlantedBugs.TwoOwnersOfAFile) ? new LateRetirement(this, [.. names]) : Take(names, retired: true);

    /// <summary>Retires files that the caller does not need any more. A second call does nothing.</summary>
    public void Delete(params IEnumerable<string> names) => Take(names, retired: true).Dispose();

    /// <summary>
    /// The same as <see cref="Retire"/> for a caller that has replaced the files. Its work is done, so it gets no error when a
    /// file cannot be deleted.
    /// </summary>
    public IDisposable RetireReplaced(IEnumerable<string> names) =>
        PlantedBugs.Has(PlantedBugs.TwoOwnersOfAFile) ? new LateRetirement(this, [.. names]) : Take(names, retired: true, tells: false);

    /// <summary>
    /// Deletes files that the store does not need, or that never became part of the store. A file that cannot be deleted waits for
    /// <see cref="DeleteLate"/>.
    /// </summary>
    public void Discard(IEnumerable<string> names) => Take(names, retired: true, tells: false).Dispose();

    /// <summary>
    /// Retires every log with a lower number whose content proves that it is ours; logs are found by their names. Flushes and the
    /// removal of kept versions call it, because both make logs unneeded. A log that cannot be deleted now is deleted later.
    /// </summary>
    public void DeleteLogsBefore(ulong first)
    {
        Discard(folder.Logs()
            .Where(log => log < first && OwnContent.IsIn(folder.Files, folder.Log(log)))
            .Select(StoreFiles.Log));
    }

    /// <summary>
    /// The files that are there for sure or are about to go: those that somebody pins, and those that were retired and are not deleted
    /// yet.
    /// </summary>
    public string[] Held()
    {
        lock (_lock)
        {
            return [.. _held.Keys, .. _late];
        }
    }

    /// <summary>The files that could not be deleted and wait for <see cref="DeleteLate"/>.</summary>
    public string[] Late()
    {
        lock (_lock)
        {
            return [.. _late];
        }
    }

    /// <summary>
    /// Tries again to delete files that could not be deleted. A file that still cannot be deleted waits for the next call.
    /// </summary>
    /// <returns>Always false: nothing is left to do.</returns>
    /// <exception cref="IOException">A file could not be deleted.</exception>
    public bool DeleteLate()
    {
        Scope late;
        lock (_lock) // at no moment is such a file unknown
        {
            late = TakeLocked([.. _late], retired: true, tells: true);
            _late.Clear();
        }

        late.Dispose();
        return false;
    }

    /// <summary>Ends all deletion.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }
    }

    private Scope Take(IEnumerable<string> names, bool retired, bool tells = true)
    {
        string[] taken = [.. names];
        lock (_lock)
        {
            return TakeLocked(taken, retired, tells);
        }
    }

    private Scope TakeLocked(string[] names, bool retired, bool tells)
    {
        foreach (string name in names)
        {
            Hold hold = _held.GetValueOrDefault(name);
            _held[name] = new Hold(hold.Pins + 1, hold.IsRetired || retired);
        }

        return new Scope(this, names, retired && tells);
    }

    /// <summary>Releases pins. A file that cannot be deleted does not keep other files from being deleted.</summary>
    private void Release(string[] names, bool tells)
    {
        List<string> gone = [];
        FirstError errors = default;
        lock (_lock)
        {
            foreach (string name in names)
            {
                Hold hold = _held[name];
                if (hold.Pins > 1)
                {
                    _held[name] = hold with { Pins = hold.Pins - 1 };
                    continue;
                }

                _held.Remove(name);
                try
                {
                    if (hold.IsRetired && TryDeleteLocked(name))
                    {
                        gone.Add(name);
                    }
                }
                catch (FileOperationException error)
                {
                    _late.Add(name); // the upkeep tries again
                    if (tells)
                    {
                        errors.Capture(error);
                    }
                }
            }
        }

        gone.ForEach(name => Deleted?.Invoke(name));
        errors.Throw();
    }

    // No other thread deletes under the lock, so a file that is not there was deleted before.
    private bool TryDeleteLocked(string name)
    {
        string path = folder.PathOf(name);
        if (_disposed || failStop.Error is not null || !(folder.Files.FileExists(path) || PlantedBugs.Has(PlantedBugs.TwoOwnersOfAFile)))
        {
            return false;
        }

        folder.Files.Delete(path);
        return true;
    }

    private readonly record struct Hold(int Pins, bool IsRetired);

    private sealed class Scope(FilePins owner, string[] names, bool tells) : IDisposable
    {
        private string[] _names = names;

        public void Dispose() => owner.Release(Interlocked.Exchange(ref _names, []), tells);
    }

    /// <summary>A planted bug: a second owner of deletion, which retires the files only at the end.</summary>
    private sealed class LateRetirement(FilePins owner, string[] names) : IDisposable
    {
        public void Dispose() => owner.Delete(names);
    }
}
