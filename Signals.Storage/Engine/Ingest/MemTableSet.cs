using System.Diagnostics;
using Signals.Core.Model;
using Signals.Storage.Engine.Flushing;
using Signals.Storage.Engine.Views;
using Signals.Storage.MemTables;

namespace Signals.Storage.Engine.Ingest;

/// <summary>The active memtable, and its replacement by an empty one when it is full.</summary>
/// <remarks>
/// Thread contract: the ingest thread, or the opening thread before there is one. Invariants: at most as many memtables are frozen
/// as may wait for their flush, and none ends, or begins in the logs, before one that is older. Lifetime: that of the store.
/// </remarks>
/// <param name="view">Holds the memtables.</param>
/// <param name="factory">Makes the empty ones.</param>
/// <param name="frozen">Those that wait for their flush.</param>
/// <param name="inlineFlush">
/// Flushes on this thread, in a store without threads; null when a thread is told by <see cref="Frozen"/>.
/// </param>
internal sealed class MemTableSet(ViewState view, MemTableFactory factory, FrozenMemTables frozen, InlineFlush? inlineFlush)
{
    /// <summary>Raised after a memtable was frozen.</summary>
    public event Action? Frozen;

    /// <summary>The memtable that takes the next rows.</summary>
    public MemTable Active => view.Current.Active;

    /// <summary>Freezes the active memtable and puts an empty one in its place, after waiting for room if there is none.</summary>
    /// <param name="end">The position that it and all older ones cover.</param>
    /// <param name="log">The log that the next record is in; 0 without logs.</param>
    public void Freeze(StreamPosition end, ulong log)
    {
        WaitForRoom();
        MemTable next = factory.Create(log);
        Active.EndPosition = end;
        view.Replace(current => current.WithNewActive(next));
        AssertInvariants();
        inlineFlush?.TryFlush();
        Frozen?.Invoke();
    }

    /// <summary>Waits until another memtable may be frozen, or makes room in a store without threads.</summary>
    /// <exception cref="StorePoisonedException">The store has failed: nobody makes room any more.</exception>
    public void WaitForRoom()
    {
        if (inlineFlush is not null && frozen.IsFull)
        {
            inlineFlush.MakeRoom();
            return;
        }

        frozen.WaitForRoom();
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        MemTable[] all = view.Current.MemTables;
        Debug.Assert(all.Length - 1 <= frozen.Most, "Too many memtables are frozen.");
        for (int i = 1; i < all.Length; i++)
        {
            Debug.Assert(i == 1 || all[i - 1].EndPosition >= all[i].EndPosition, "An older memtable ends later.");
            Debug.Assert(all[i - 1].FirstLog >= all[i].FirstLog, "An older memtable begins in a later log.");
        }
    }
}
