using Signals.Storage.MemTables;
using Signals.Storage.Primitives;

namespace Signals.Storage.Scanning;

/// <summary>The pinned views of a store, or of a state of its past.</summary>
/// <remarks>
/// Thread contract: any thread. Lifetime: that of the store. Closing refuses new stays, waits for readers, then calls
/// <see cref="Free"/>, so that no scan keeps a file of a closed store open, whether somebody disposes the scan or not.
/// </remarks>
internal sealed class PinnedViews(ReadEpochs epochs)
{
    private readonly Lock _lock = new();
    private readonly HashSet<PinnedView> _open = []; // guarded by _lock
    private volatile bool _closed;

    /// <summary>Raised after a view was given back, on the thread that did so.</summary>
    public event Action? Left;

    /// <summary>How many views are pinned now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>The memtables that pinned views keep. Call it inside an epoch; they stay readable until it is left.</summary>
    public MemTable[] MemTables()
    {
        lock (_lock)
        {
            return [.. _open.SelectMany(view => view.View.MemTables).Distinct()];
        }
    }

    /// <summary>Begins a stay that closing waits for.</summary>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public EpochScope Enter()
    {
        EpochScope inside = epochs.Enter();
        if (_closed)
        {
            inside.Dispose();
            throw new ObjectDisposedException("SignalStore");
        }

        return inside;
    }

    /// <summary>Takes a view that holds its parts.</summary>
    /// <exception cref="ObjectDisposedException">The store was closed; the view has been given back.</exception>
    public PinnedView Add(PinnedView view)
    {
        lock (_lock)
        {
            if (!_closed)
            {
                _open.Add(view);
                return view;
            }
        }

        FirstError.DisposeAll(view.Parts());
        throw new ObjectDisposedException("SignalStore");
    }

    /// <summary>Gives back what a view keeps, unless closing the store has done so.</summary>
    public void Remove(PinnedView view)
    {
        using (epochs.Enter()) // closing waits until the parts are retired, or finds the view in the list
        {
            lock (_lock)
            {
                if (_closed || !_open.Remove(view))
                {
                    return;
                }
            }

            epochs.Retire(view.Parts());
        }

        epochs.Collect(); // the stay above kept them
        Left?.Invoke();
    }

    /// <summary>Refuses stays from now on. The caller then waits for those under way.</summary>
    public void Refuse() => _closed = true;

    /// <summary>Gives back what all views keep. No reader is inside any more.</summary>
    public void Free()
    {
        PinnedView[] left;
        lock (_lock)
        {
            left = [.. _open];
            _open.Clear();
        }

        FirstError.DisposeAll(left.SelectMany(view => view.Parts()));
    }
}
