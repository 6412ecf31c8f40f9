using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.Engine;

/// <summary>The threads of a store: ingest, flush, compaction, log syncs, and upkeep of logs and memory.</summary>
/// <remarks>
/// Lifetime: started by the constructor; <see cref="Dispose"/> ends them all after the ring was closed. An exception on any of
/// them poisons the store, but for work on tables, which is tried again: see <see cref="RetriedWork"/>.
/// </remarks>
internal sealed class EngineThreads : IDisposable
{
    private static readonly TimeSpan CompactionInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan UpkeepInterval = TimeSpan.FromSeconds(1);

    private readonly Thread _ingest;
    private readonly BackgroundLoop _flush;
    private readonly BackgroundLoop _compaction;
    private readonly BackgroundLoop _upkeep;
    private readonly BackgroundLoop? _sync;
    private readonly Compactor _compactor;
    private readonly TablePace _pace;
    private readonly StoreWork _work;
    private readonly MemTableSet _memTables;

    public EngineThreads(
        IngestLoop ingest,
        Flusher flusher,
        Compactor compactor,
        StoreWork work,
        MemTableSet memTables,
        LogStream? log,
        Action upkeep,
        EngineOptions options,
        FailStop failStop)
    {
        _compactor = compactor;
        _pace = memTables.Pace;
        _work = work;
        _memTables = memTables;
        _flush = new BackgroundLoop("signals-flush", work.Flushing.RunAll, FlushInterval, failStop);
        _compaction = new BackgroundLoop("signals-compaction", Compact, CompactionInterval, failStop);
        _upkeep = new BackgroundLoop(
            "signals-upkeep",
            upkeep,
            options.KeptVersions is { } retention && retention.Granularity < UpkeepInterval ? retention.Granularity : UpkeepInterval,
            failStop);
        _sync = options.Durability == Durability.Buffered
            ? new BackgroundLoop("signals-sync", log!.SyncWritten, options.SyncInterval, failStop)
            : null;
        memTables.OnFrozen = _flush.Signal;
        flusher.OnFlushed = WakeCompaction;
        if (log is not null)
        {
            log.OnFilling = _upkeep.Signal;
        }

        _flush.Signal(); // recovery may have left frozen memtables
        _upkeep.Signal();
        WakeCompaction();
        _ingest = new Thread(() => RunIngest(ingest, failStop)) { Name = "signals-ingest", IsBackground = true };
        _pace.Start();
        _ingest.Start();
    }

    /// <summary>Lets the compaction thread look for work now: an import may have brought patches to fold.</summary>
    public void WakeCompaction()
    {
        _pace.NoteAdded();
        _compaction.Signal();
    }

    /// <summary>Joins the ingest thread, which ends when the closed ring is drained, then the others.</summary>
    public void Dispose()
    {
        _pace.End();
        _work.Flushing.Close(() => _memTables.IsStalled);
        _flush.Hurry();
        _ingest.Join();
        _compactor.Stop();
        _compaction.Dispose();
        _flush.Dispose();
        _sync?.Dispose();
        _upkeep.Dispose();
    }

    // A compaction that fails makes the tables no fewer for now, so ingest does not wait for it, either.
    private TimeSpan Compact()
    {
        long added = _pace.Added;
        while (_work.Compacting.TryStep())
        {
            added = _pace.Added;
        }

        _pace.NoteSettled(added);
        return _work.Compacting.Pause;
    }

    private static void RunIngest(IngestLoop ingest, FailStop failStop)
    {
        OneClosing.NeverWaitHere();
        try
        {
            ingest.Run();
        }
        catch (Exception error)
        {
            failStop.Fail(error);
        }
    }
}
