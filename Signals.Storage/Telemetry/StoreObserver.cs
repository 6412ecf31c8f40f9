namespace Signals.Storage.Telemetry;

/// <summary>
/// Is told what a store does in the background, to log it or to react. Override what matters; the base does nothing.
/// </summary>
/// <remarks>
/// Thread contract: called on the store's own threads (<see cref="OnOpened"/> and <see cref="OnClosed"/> on the caller's), several at a time;
/// a slow observer slows that thread down. What it throws is swallowed and counted as <c>signals.observer.errors</c>: an observer
/// cannot harm the store. Lifetime: from open to close; one observer may serve several stores if it can tell them apart.
/// </remarks>
public abstract class StoreObserver
{
    /// <summary>The store is open and takes appends.</summary>
    public virtual void OnOpened(RecoveryReport recovery)
    {
    }

    /// <summary>A memtable became tables.</summary>
    public virtual void OnFlushed(FlushReport flush)
    {
    }

    /// <summary>Tables were merged or dropped, and that is durable.</summary>
    public virtual void OnCompacted(CompactionReport compaction)
    {
    }

    /// <summary>Ingest waits: too many memtables wait to be flushed, or too many tables to be merged. Producers feel it once the ring is full.</summary>
    public virtual void OnStallBegan()
    {
    }

    /// <summary>Ingest goes on after a stall.</summary>
    /// <param name="duration">How long it waited.</param>
    public virtual void OnStallEnded(TimeSpan duration)
    {
    }

    /// <summary>
    /// Work of the store waits for a file handle: the process, or the system, has none left. It goes on by itself once there is one; reads of what
    /// is not in memory fail meanwhile with <see cref="Core.Model.HandlesExhaustedException"/>.
    /// </summary>
    /// <param name="path">The file or folder that is to be opened.</param>
    public virtual void OnHandleShortageBegan(string path)
    {
    }

    /// <summary>That work goes on.</summary>
    /// <param name="duration">How long it waited.</param>
    public virtual void OnHandleShortageEnded(TimeSpan duration)
    {
    }

    /// <summary>
    /// Work on the tables failed: a table could not be written, read or deleted, as on a full disk. The store has not failed: it takes events until its
    /// memtables are full, answers reads, and tries again after a pause.
    /// </summary>
    public virtual void OnWorkFailed(WorkFailureReport failure)
    {
    }

    /// <summary>
    /// A table is left out of merges from now on: it is damaged, or holds more of one user than a merge can take. Everything else goes on, and the table
    /// is read like any other.
    /// </summary>
    /// <param name="table">Its number, as its file is named.</param>
    /// <param name="reason">Why.</param>
    public virtual void OnTableSetAside(ulong table, Exception reason)
    {
    }

    /// <summary>Work that failed before has succeeded.</summary>
    /// <param name="work">Which: <c>flush</c>, <c>compaction</c> or <c>deletion</c>.</param>
    public virtual void OnWorkResumed(string work)
    {
    }

    /// <summary>The store failed: from now on it refuses writes until it is reopened; reads go on. Called once.</summary>
    /// <param name="firstError">What failed.</param>
    public virtual void OnPoisoned(Exception firstError)
    {
    }

    /// <summary>The store is closed: what was accepted is durable, unless the store had failed.</summary>
    public virtual void OnClosed()
    {
    }
}
