using System.Diagnostics;
using Signals.Core.Model;
using Signals.Maintenance;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Views;
using Signals.Storage.History;
using Signals.Storage.MemTables;
using Signals.Storage.Telemetry;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Flushing;

/// <summary>Flushes frozen memtables, oldest first, and deletes the logs that only they needed.</summary>
/// <remarks>
/// Thread contract: any thread; one flush at a time. Because the oldest memtable is flushed first, what is in tables is always a
/// prefix of the stream. Logs are deleted after the edit that makes them unnecessary is durable, and until then memtables and
/// erasures stay where they are: what a failed flush leaves, the next flush or the next opening finds. Lifetime: that of the store.
/// </remarks>
internal sealed class Flusher(
    StoreContext context,
    TableFactory tables,
    AppliedErasures erasures,
    FrozenMemTables frozen,
    VersionCommitter committer,
    FilePins pins,
    VersionHistory? history) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Lock _totalsGate = new(); // its own, so that statistics never wait for a flush
    private FlushTotals _totals; // guarded by _totalsGate
    private bool _disposed; // guarded by _lock

    /// <summary>Raised after each flush, on the thread that flushed.</summary>
    public event Action? Flushed;

    /// <summary>Sums over all flushes so far.</summary>
    public FlushTotals Totals
    {
        get
        {
            lock (_totalsGate)
            {
                return _totals;
            }
        }
    }

    /// <summary>Flushes the oldest frozen memtable; false when there is none.</summary>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public bool FlushOnce()
    {
        try
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (!frozen.TryGetOldest(out MemTable oldest, out MemTable next))
                {
                    return false;
                }

                FlushLocked(oldest, next);
            }
        }
        finally
        {
            frozen.SignalRoom(); // after an error, too: if it came after the commit, there is room
        }

        Flushed?.Invoke();
        return true;
    }

    /// <summary>Waits for the flush under way and refuses others, so that what they read and write can be closed.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }
    }

    private void FlushLocked(MemTable oldest, MemTable next)
    {
        using Activity? activity = context.Telemetry.Start(TelemetryNames.FlushActivity);
        long started = context.Telemetry.Now();
        committer.RequireWritable();
        VersionEdit edit = new() { FlushedPosition = oldest.EndPosition, FirstLiveLog = next.FirstLog };
        edit.Erasures.AddRange(erasures.Unsaved());
        bool takesEarly = PlantedBugs.Has(PlantedBugs.ErasuresTakenBeforeCommit) || PlantedBugs.Has(PlantedBugs.FailedFlushTakesErasures);
        if (takesEarly)
        {
            erasures.SetSaved(edit.Erasures.Count);
        }

        edit.Sources.AddRange(oldest.Sources);
        FlushResult result = new FlushJob(tables, erasures.Set, pins, tables.Retention.Now()).Run(oldest);
        edit.AddedTables.AddRange(result.Tables);
        committer.Commit(edit, (current, version) => current.WithFlushed(oldest, version), oldest);
        if (!takesEarly)
        {
            erasures.SetSaved(edit.Erasures.Count);
        }

        lock (_totalsGate)
        {
            _totals = _totals.Plus(result);
        }

        pins.DeleteLogsBefore(Math.Min(edit.FirstLiveLog.Value, history?.FirstLog ?? ulong.MaxValue));
        activity?.SetTag("signals.rows", result.Rows).SetTag("signals.tables", result.Tables.Count).SetTag("signals.bytes", result.Bytes);
        context.Telemetry.Flushed(new FlushReport(result.Rows, result.Tables.Count, result.Bytes, context.Telemetry.Since(started)));
    }
}
