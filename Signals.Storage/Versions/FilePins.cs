using Signals.Storage.FileSystem;

namespace Signals.Storage.Versions;

/// <summary>
/// Deletes files of a store, but not those that somebody still needs by name: such a file goes with the last pin on it. What a crash
/// leaves undeleted is cleared away at the next open.
/// </summary>
/// <remarks>
/// Thread contract: any thread. A file is pinned while it is certainly there: under the lock that its removal from the store needs, too.
/// Lifetime: as long as the store; once disposed it deletes nothing more, whoever unpins: the folder may be another store's by then.
/// </remarks>
internal sealed class FilePins(IFileSystem files, string directory) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _pins = []; // guarded by _gate
    private readonly HashSet<string> _obsolete = []; // guarded by _gate; stays until the file is seen to be gone

    private bool _disposed; // guarded by _gate

    /// <summary>Called with the name of each file that was deleted.</summary>
    public Action<string> OnDeleted { get; set; } = static _ => { };

    /// <summary>Keeps files until the result is disposed.</summary>
    public IDisposable Pin(IEnumerable<string> names)
    {
        string[] pinned = [.. names];
        lock (_gate)
        {
            foreach (string name in pinned)
            {
                _pins[name] = _pins.GetValueOrDefault(name) + 1;
            }
        }

        return new Scope(this, pinned);
    }

    /// <summary>Deletes a file that the store no longer needs, now or when its last pin goes. Asked again, it does nothing.</summary>
    public void Delete(string name)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            if (_pins.ContainsKey(name))
            {
                _obsolete.Add(name);
                return;
            }

            // Who lists the folder may still see a name whose last pin has just gone.
            if (_obsolete.Remove(name) && !files.FileExists(Path.Combine(directory, name)))
            {
                return;
            }

            files.Delete(Path.Combine(directory, name));
        }

        OnDeleted(name);
    }

    /// <summary>Ends the deleting.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }
    }

    private void Unpin(string[] names)
    {
        List<string> gone = [];
        lock (_gate)
        {
            foreach (string name in names)
            {
                if (--_pins[name] > 0)
                {
                    continue;
                }

                _pins.Remove(name);
                if (_obsolete.Contains(name) && !_disposed)
                {
                    files.Delete(Path.Combine(directory, name));
                    gone.Add(name);
                }
            }
        }

        gone.ForEach(OnDeleted);
    }

    private sealed class Scope(FilePins owner, string[] names) : IDisposable
    {
        private string[] _names = names;

        public void Dispose() => owner.Unpin(Interlocked.Exchange(ref _names, []));
    }
}
