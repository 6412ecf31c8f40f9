using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Ingest;
using Signals.Storage.Engine.Upkeep;
using Signals.Storage.Primitives;

namespace Signals.Storage.Engine;

/// <summary>The threads of a store: ingest, flush, compaction, log syncs, and upkeep of logs and memory.</summary>
/// <remarks>
/// Thread contract: the opening thread builds it, the closing thread disposes it; <see cref="WakeCompaction"/> by any thread. An error on
/// one of the threads poisons the store, except an error of work on tables, which is tried again: see <see cref="RetriedWork"/>.
/// Lifetime: the constructor starts the threads for ingest and upkeep, and the latter starts the others, because whoever starts a thread
/// waits until it runs. <see cref="Dispose"/> ends them after the ring was closed.
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
    private readonly WritePath _writes;
    private readonly StoreWork _work;

    public EngineThreads(StoreContext context, IngestLoop ingest, WritePath writes, LogStream? log, StoreUpkeep upkeep)
    {
        EngineOptions options = context.Options;
        FailStop failStop = context.FailStop;
        _writes = writes;
        _work = writes.Work;

        // When cores are scarce, reads and appends come before work on tables. Appends wait for flushes in the end, and then leave them
        // their core.
        _flush = new BackgroundLoop("signals-flush", _work.Flushing.RunAll, FlushInterval, failStop, ThreadNiceness.Some);
        _compaction = new BackgroundLoop("signals-compaction", Compact, CompactionInterval, failStop, ThreadNiceness.Most);
        _upkeep = new BackgroundLoop(
            "signals-upkeep",
            () => RunUpkeep(upkeep),
            options.KeptVersions is { } retention && retention.Granularity < UpkeepInterval ? retention.Granularity : UpkeepInterval,
            failStop);
        _sync = options.Durability == Durability.Buffered
            ? new BackgroundLoop("signals-sync", log!.SyncWritten, options.SyncInterval, failStop)
            : null;
        writes.MemTables.Frozen += _flush.Signal;
        writes.Flusher.Flushed += WakeCompaction;
        if (log is not null)
        {
            log.Filling += _upkeep.Signal;
        }

        _flush.Signal(); // recovery may have left frozen memtables
        _upkeep.Signal();
        WakeCompaction();
        _ingest = new Thread(() => RunIngest(ingest, failStop)) { Name = "signals-ingest", IsBackground = true };
        _writes.Pace.Start();
        _upkeep.Start();
        _ingest.Start();
    }

    /// <summary>Lets the compaction thread look for work now: an import may have brought patches to fold.</summary>
    public void WakeCompaction()
    {
        _writes.Pace.CountAdded();
        _compaction.Signal();
    }

    /// <summary>Joins the ingest thread, which ends when the closed ring is drained, then the others.</summary>
    public void Dispose()
    {
        _writes.Pace.End();
        _work.Flushing.Close(() => _writes.Frozen.IsStalled);
        _flush.Hurry();
        _ingest.Join();
        _writes.Compactor.Stop();
        _compaction.Dispose();
        _flush.Dispose();
        _sync?.Dispose();
        _upkeep.Dispose();
    }

    // A compaction that fails will not make the tables fewer soon, so ingest does not wait for it.
    private TimeSpan Compact()
    {
        long added = _writes.Pace.Added;
        while (_work.Compacting.TryStep())
        {
            added = _writes.Pace.Added;
        }

        _writes.Pace.MarkSettled(added);
        return _work.Compacting.Pause;
    }

    // The others first, each time: what is started stays so.
    private void RunUpkeep(StoreUpkeep upkeep)
    {
        _sync?.Start();
        _flush.Start();
        _compaction.Start();
        upkeep.Run();
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
