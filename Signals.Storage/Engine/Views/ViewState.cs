using System.Diagnostics;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;

namespace Signals.Storage.Engine.Views;

/// <summary>Holds the view that reads see and replaces it as a whole.</summary>
/// <remarks>
/// Thread contract: readers load <see cref="Current"/> inside an epoch; ingest, flush and compaction replace it one at a time under
/// the lock. Invariant: what a replacement unlinks is disposed only when no reader holds it any more. Lifetime: that of the store.
/// </remarks>
internal sealed class ViewState(ReadView first, ReadEpochs epochs)
{
    private readonly Lock _lock = new();
    private ReadView _current = first; // replaced under _lock

    /// <summary>Keeps what a reader sees alive until it has left.</summary>
    public ReadEpochs Epochs => epochs;

    /// <summary>The view now. What it holds stays usable while the caller is inside an epoch.</summary>
    public ReadView Current => Volatile.Read(ref _current);

    /// <summary>Replaces the view. The caller retires what it no longer holds.</summary>
    public void Replace(Func<ReadView, ReadView> change)
    {
        lock (_lock)
        {
            Volatile.Write(ref _current, change(_current));
            AssertInvariants();
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_lock.IsHeldByCurrentThread, "The lock is not held.");
        Debug.Assert(_current.MemTables.Length > 0, "A view has no active memtable.");
        Debug.Assert(_current.MemTables.Distinct().Count() == _current.MemTables.Length, "A view has a memtable twice.");
    }
}
