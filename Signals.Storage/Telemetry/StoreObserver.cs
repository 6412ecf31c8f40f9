namespace Signals.Maintenance;

/// <summary>
/// Receives what a store does in the background, so that you can log it or react to it. Override the methods that you need; the
/// base class does nothing.
/// </summary>
/// <remarks>
/// Thread contract: called on the store's own threads (<see cref="OnOpened"/> and <see cref="OnClosed"/> on the caller's),
/// several at a time. A slow observer slows the calling thread down. Its exceptions are swallowed and counted as
/// <c>signals.observer.errors</c>: an observer cannot harm the store. Lifetime: from open to close. One observer may serve
/// several stores if it can tell them apart.
/// </remarks>
public abstract class StoreObserver
{
    /// <summary>The store is open and accepts appends.</summary>
    public virtual void OnOpened(RecoveryReport recovery)
    {
    }

    /// <summary>A memtable was flushed into tables.</summary>
    public virtual void OnFlushed(FlushReport flush)
    {
    }

    /// <summary>Tables were merged or dropped, durably.</summary>
    public virtual void OnCompacted(CompactionReport compaction)
    {
    }

    /// <summary>
    /// Ingest waits: too many memtables wait to be flushed, or too many tables to be merged. Producers notice it once the ring is
    /// full.
    /// </summary>
    public virtual void OnStallBegan()
    {
    }

    /// <summary>Ingest continues after a stall.</summary>
    /// <param name="duration">How long it waited.</param>
    public virtual void OnStallEnded(TimeSpan duration)
    {
    }

    /// <summary>
    /// Work of the store waits for a file handle, because the process or the system has none left. It continues by itself once
    /// there is one. Meanwhile reads of data that is not in memory fail with <see cref="HandlesExhaustedException"/>.
    /// </summary>
    /// <param name="path">The file or folder that could not be opened.</param>
    public virtual void OnHandleShortageBegan(string path)
    {
    }

    /// <summary>The work that waited for a file handle continues.</summary>
    /// <param name="duration">How long it waited.</param>
    public virtual void OnHandleShortageEnded(TimeSpan duration)
    {
    }

    /// <summary>
    /// Work on the tables failed: a table could not be written, read or deleted, for example because the disk is full. The store
    /// has not failed: it accepts events until its memtables are full, answers reads, and tries again after a pause.
    /// </summary>
    public virtual void OnWorkFailed(WorkFailureReport failure)
    {
    }

    /// <summary>
    /// A table is left out of merges from now on, because it is damaged or holds more of one user than a merge can take.
    /// Everything else goes on, and reads use the table like any other.
    /// </summary>
    /// <param name="table">The table's number, as in the name of its file.</param>
    /// <param name="reason">Why it is left out.</param>
    public virtual void OnTableSetAside(ulong table, Exception reason)
    {
    }

    /// <summary>Work that failed before has succeeded.</summary>
    /// <param name="work">The work: <c>flush</c>, <c>compaction</c> or <c>deletion</c>.</param>
    public virtual void OnWorkResumed(string work)
    {
    }

    /// <summary>
    /// What the store keeps on disk differs from what the schema or the clock says, or no longer does: a shorter last-N or max age is
    /// held, in force or undone, or the clock is ahead.
    /// </summary>
    public virtual void OnRetentionChanged(RetentionReport retention)
    {
    }

    /// <summary>The store failed. It refuses writes until it is reopened; reads go on. Called once.</summary>
    /// <param name="firstError">The error that failed the store.</param>
    public virtual void OnPoisoned(Exception firstError)
    {
    }

    /// <summary>The store is closed. Everything that was accepted is durable, unless the store had failed.</summary>
    public virtual void OnClosed()
    {
    }
}
