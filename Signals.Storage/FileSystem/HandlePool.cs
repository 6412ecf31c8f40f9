using System.Diagnostics;
using Signals.Core.Model;

namespace Signals.Storage.FileSystem;

/// <summary>
/// Bounds the number of open file handles. A <see cref="PooledFile"/> has a handle while it is used, and keeps it until another
/// file needs the place. The CLOCK algorithm then picks a file that was not used for long. So the number of handles does not grow
/// with the number of tables.
/// </summary>
/// <remarks>
/// Thread contract: any thread; files are opened and closed outside the lock. Invariant: at most <see cref="Capacity"/> handles,
/// plus one for each thread that reads while all of them are in use. A file must keep its name as long as anybody may read it,
/// because it is opened by name again and again. Lifetime: the handle of a file is closed with the file; the pool itself owns
/// nothing.
/// </remarks>
internal sealed class HandlePool(int capacity)
{
    /// <summary>
    /// Handles for the tables of all stores of a process: a small part of the 1,024 that a process may have by default.
    /// </summary>
    public const int DefaultCapacity = 128;

    private static readonly HandlePool Process = new(DefaultCapacity);

    private readonly Lock _lock = new();
    private readonly List<PooledFile> _ring = []; // guarded by _lock, as is each file's place in it
    private int _hand; // guarded by _lock
    private long _opened;

    /// <summary>The most handles.</summary>
    public int Capacity => capacity;

    /// <summary>Handles that are open now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _ring.Count;
            }
        }
    }

    /// <summary>How often a file has been opened so far.</summary>
    public long Opened => Volatile.Read(ref _opened);

    /// <summary>
    /// The pool for the tables of a store. Stores on the machine's own file system share one pool, because they share the handles
    /// of the process.
    /// </summary>
    public static HandlePool For(IFileSystem files) =>
        files is LinuxFileSystem or PortableFileSystem ? Process : new HandlePool(DefaultCapacity);

    /// <summary>Closes every handle that nobody uses at this moment.</summary>
    public void ReleaseIdle()
    {
        List<IFile> idle = [];
        lock (_lock)
        {
            for (int i = _ring.Count - 1; i >= 0; i--)
            {
                if (_ring[i].Users == 0)
                {
                    idle.Add(RemoveLocked(i));
                }
            }
        }

        idle.ForEach(handle => handle.Dispose());
    }

    /// <summary>Returns the handle of a file and opens it if needed. The handle stays open until <see cref="Exit"/>.</summary>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    internal IFile Enter(PooledFile file, Func<IFile> open)
    {
        IFile? evicted = null;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(file.IsClosed, file);
            if (file.Handle is IFile handle)
            {
                file.Users++;
                file.IsReferenced = true;
                return handle;
            }

            evicted = _ring.Count >= capacity ? EvictLocked() : null;
        }

        evicted?.Dispose(); // before the next one is opened, so that the process never has more open handles than the bound allows
        return Attach(file, open());
    }

    /// <summary>Ends one <see cref="Enter"/>.</summary>
    internal void Exit(PooledFile file)
    {
        IFile? closed = null;
        lock (_lock)
        {
            if (--file.Users == 0 && (file.IsClosed || _ring.Count > capacity))
            {
                closed = RemoveLocked(file.Place);
            }
        }

        closed?.Dispose();
    }

    /// <summary>Closes a file now, or when the last of its current users leaves.</summary>
    internal void Close(PooledFile file)
    {
        IFile? closed = null;
        lock (_lock)
        {
            file.IsClosed = true;
            if (file.Users == 0 && file.Handle is not null)
            {
                closed = RemoveLocked(file.Place);
            }
        }

        closed?.Dispose();
    }

    // Two readers may have opened the same file; the second one's handle is given back.
    private IFile Attach(PooledFile file, IFile opened)
    {
        Interlocked.Increment(ref _opened);
        IFile? surplus = null;
        try
        {
            lock (_lock)
            {
                if (file.IsClosed || file.Handle is not null)
                {
                    surplus = opened;
                    ObjectDisposedException.ThrowIf(file.IsClosed, file);
                }
                else
                {
                    file.Handle = opened;
                    file.Place = _ring.Count;
                    _ring.Add(file);
                }

                file.Users++;
                file.IsReferenced = true;
                AssertInvariantsLocked();
                return file.Handle!;
            }
        }
        finally
        {
            surplus?.Dispose();
        }
    }

    // Goes round twice: the first round clears the marks of use, so the second finds a file unless all are in use.
    private IFile? EvictLocked()
    {
        for (int step = 2 * _ring.Count; step > 0; step--, _hand++)
        {
            _hand = _hand < _ring.Count ? _hand : 0;
            PooledFile file = _ring[_hand];
            if ((file.Users == 0 || PlantedBugs.Has(PlantedBugs.PoolClosesAHandleInUse)) && !file.IsReferenced)
            {
                return RemoveLocked(_hand);
            }

            file.IsReferenced = false;
        }

        return null;
    }

    private IFile RemoveLocked(int place)
    {
        PooledFile file = _ring[place];
        IFile handle = file.Handle!;
        file.Handle = null;
        _ring[place] = _ring[^1];
        _ring[place].Place = place;
        _ring.RemoveAt(_ring.Count - 1);
        AssertInvariantsLocked();
        return handle;
    }

    [Conditional("DEBUG")]
    private void AssertInvariantsLocked() => Debug.Assert(
        _ring.TrueForAll(file => file.Handle is not null && ReferenceEquals(_ring[file.Place], file)),
        "Every file in the ring must have a handle and know its place.");
}
