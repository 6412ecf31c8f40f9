using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Versions;

/// <summary>
/// The one owner of the deletion of a store's data files and logs. A file is live, or retired but held, or deleted; whoever needs it by name
/// holds it with a pin, and whoever finds that the store needs it no longer retires it. Several may: a retired file is deleted once, when its last
/// pin goes. What a crash leaves undeleted is cleared away at the next open.
/// </summary>
/// <remarks>
/// Thread contract: any thread. A file is pinned while it is certainly there: under the lock that its removal from the store needs, too; retiring
/// it never frees a pin of somebody else. Numbers are never given again, so a name that is gone stays deleted: to retire it once more does nothing.
/// Invariant: nobody else deletes such a file of an open store. Lifetime: as long as the store; once disposed, or once the store has failed, it
/// deletes nothing more: the folder may be another store's by then. Who deletes a file is told when that fails; who merely held it, or
/// replaced it, is not, for it is not theirs to mend. Either way the file waits for <see cref="DeleteLate"/>.
/// </remarks>
internal sealed class FilePins(IFileSystem files, string directory, FailStop failStop) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Hold> _held = []; // guarded by _gate; only what somebody holds
    private readonly HashSet<string> _late = []; // guarded by _gate; retired, held by nobody, and still there
    private bool _disposed; // guarded by _gate

    /// <summary>Called with the name of each file that was deleted.</summary>
    public Action<string> OnDeleted { get; set; } = static _ => { };

    /// <summary>Keeps files until the result is disposed.</summary>
    public IDisposable Pin(IEnumerable<string> names) => Take(names, retired: false);

    /// <summary>
    /// Says that the store needs files no longer. They are deleted when their last pin goes; the result is one more pin, for who retires files that
    /// readers may still have open.
    /// </summary>
    public IDisposable Retire(IEnumerable<string> names) =>
        PlantedBugs.Has(PlantedBugs.TwoOwnersOfAFile) ? new LateRetirement(this, [.. names]) : Take(names, retired: true);

    /// <summary>Retires files that nobody who calls this still needs. Asked again, it does nothing.</summary>
    public void Delete(params IEnumerable<string> names) => Take(names, retired: true).Dispose();

    /// <summary>The same for who replaced files, whose work is done, and who is not told when one cannot be deleted.</summary>
    public IDisposable RetireReplaced(IEnumerable<string> names) =>
        PlantedBugs.Has(PlantedBugs.TwoOwnersOfAFile) ? new LateRetirement(this, [.. names]) : Take(names, retired: true, tells: false);

    /// <summary>
    /// Deletes files that the store does not need, or that never came to be part of it. One that cannot be deleted waits for <see cref="DeleteLate"/>.
    /// </summary>
    public void Discard(IEnumerable<string> names) => Take(names, retired: true, tells: false).Dispose();

    /// <summary>
    /// Retires every log with a lower number that is proven to be one of ours: they are found by their names. Flushes and the end of kept versions
    /// both find logs that are not needed any more; their work is done, whether these can be deleted now or later.
    /// </summary>
    public void DeleteLogsBefore(ulong first)
    {
        List<string> logs = [];
        foreach (string name in files.ListFiles(directory))
        {
            bool isEarlier = StoreFiles.Classify(name, out ulong number) == StoreFileKind.Log && number < first;
            if (isEarlier && OwnContent.IsIn(files, Path.Combine(directory, name)))
            {
                logs.Add(name);
            }
        }

        Discard(logs);
    }

    /// <summary>Tries again what could not be deleted. What still cannot be stays for the next time.</summary>
    /// <returns>False: there is nothing left.</returns>
    /// <exception cref="IOException">A file could not be deleted.</exception>
    public bool DeleteLate()
    {
        string[] late;
        lock (_gate)
        {
            late = [.. _late];
            _late.Clear();
        }

        Delete(late);
        return false;
    }

    /// <summary>Ends the deleting.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }
    }

    private Scope Take(IEnumerable<string> names, bool retired, bool tells = true)
    {
        string[] taken = [.. names];
        lock (_gate)
        {
            foreach (string name in taken)
            {
                Hold hold = _held.GetValueOrDefault(name);
                _held[name] = new Hold(hold.Pins + 1, hold.IsRetired || retired);
            }
        }

        return new Scope(this, taken, retired && tells);
    }

    /// <summary>A file that cannot be deleted keeps no other from being deleted.</summary>
    private void Release(string[] names, bool tells)
    {
        List<string> gone = [];
        FirstError errors = default;
        lock (_gate)
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
                        errors.Note(error);
                    }
                }
            }
        }

        gone.ForEach(OnDeleted);
        errors.Throw();
    }

    // Under the lock nobody else deletes, so what is not there was deleted before.
    private bool TryDeleteLocked(string name)
    {
        string path = Path.Combine(directory, name);
        if (_disposed || failStop.Error is not null || !(files.FileExists(path) || PlantedBugs.Has(PlantedBugs.TwoOwnersOfAFile)))
        {
            return false;
        }

        files.Delete(path);
        return true;
    }

    private readonly record struct Hold(int Pins, bool IsRetired);

    private sealed class Scope(FilePins owner, string[] names, bool tells) : IDisposable
    {
        private string[] _names = names;

        public void Dispose() => owner.Release(Interlocked.Exchange(ref _names, []), tells);
    }

    /// <summary>The planted bug: a second owner, who finds out only in the end.</summary>
    private sealed class LateRetirement(FilePins owner, string[] names) : IDisposable
    {
        public void Dispose() => owner.Delete(names);
    }
}
