using System.Diagnostics;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.FileSystem;
using Signals.Storage.MemTables;
using Signals.Storage.Tables;
using Signals.Storage.Telemetry;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Flushes frozen memtables, oldest first, and deletes the logs that only they needed.</summary>
/// <remarks>
/// Thread contract: any thread; one flush at a time. Oldest first is what makes the flushed position a prefix of the
/// stream. Logs go after the edit that makes them unnecessary is durable, and nothing leaves the place that it is in before then: a flush that
/// fails leaves memtables, erasures and logs to the next one, or to the next open.
/// </remarks>
internal sealed class Flusher(
    IFileSystem files,
    string directory,
    StoreSchema schema,
    FileNumbers numbers,
    TableOptions tables,
    long windowBytes,
    ErasureSet erasures,
    ViewState view,
    VersionCommitter committer,
    RecordApplier applier,
    MemTableSet memTables,
    StoreTelemetry telemetry,
    FilePins pins,
    TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly EntrySorter _sorter = new(); // guarded by _gate
    private readonly Lock _totalsGate = new(); // its own, so that statistics never wait for a flush
    private FlushTotals _totals; // guarded by _totalsGate
    private bool _disposed; // guarded by _gate

    /// <summary>Logs from this one on stay, also when nothing of them is live.</summary>
    public Func<ulong> FirstKeptLog { get; set; } = static () => ulong.MaxValue;

    /// <summary>Called after each flush that made tables.</summary>
    public Action OnFlushed { get; set; } = static () => { };

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
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);

                MemTable[] all = view.Current.MemTables;
                if (all.Length == 1)
                {
                    return false;
                }

                FlushLocked(all[^1], all[^2]);
            }
        }
        finally
        {
            memTables.SignalRoom(); // after an error, too: there may be room, if it came behind the commit
        }

        OnFlushed();
        return true;
    }

    /// <summary>Waits for the flush under way and refuses others, so that what they read and write can be closed.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }
    }

    private void FlushLocked(MemTable oldest, MemTable next)
    {
        using Activity? activity = telemetry.Start(TelemetryNames.FlushActivity);
        long started = telemetry.Now();
        committer.RequireWritable();
        VersionEdit edit = new() { FlushedPosition = oldest.EndPosition, FirstLiveLog = next.FirstLog };
        edit.Erasures.AddRange(applier.UnsavedErasures());
        bool takesEarly = PlantedBugs.Has(PlantedBugs.ErasuresTakenBeforeCommit) || PlantedBugs.Has(PlantedBugs.FailedFlushTakesErasures);
        if (takesEarly)
        {
            applier.SetSaved(edit.Erasures.Count);
        }

        edit.Sources.AddRange(oldest.Sources);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        FlushResult result = new FlushJob(files, directory, schema, numbers, tables, erasures, _sorter, now, windowBytes, pins).Run(oldest);
        edit.AddedTables.AddRange(result.Tables);
        committer.Commit(edit, (current, version) => current.WithFlushed(oldest, version), oldest);
        if (!takesEarly)
        {
            applier.SetSaved(edit.Erasures.Count);
        }

        lock (_totalsGate)
        {
            _totals = _totals.Plus(result);
        }

        pins.DeleteLogsBefore(Math.Min(edit.FirstLiveLog.Value, FirstKeptLog()));
        activity?.SetTag("signals.rows", result.Rows).SetTag("signals.tables", result.Tables.Count).SetTag("signals.bytes", result.Bytes);
        telemetry.Flushed(new FlushReport(result.Rows, result.Tables.Count, result.Bytes, telemetry.Since(started)));
    }
}
