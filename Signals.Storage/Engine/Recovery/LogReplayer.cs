using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Flushing;
using Signals.Storage.Engine.Ingest;

namespace Signals.Storage.Engine.Recovery;

/// <summary>Replays the logs of an opening into the memtables, while a thread of its own flushes those that are full.</summary>
/// <remarks>Thread contract: the opening thread, once.</remarks>
/// <param name="context">The store.</param>
/// <param name="logs">The logs, checked.</param>
/// <param name="memTables">Where the records go.</param>
/// <param name="applier">Applies them.</param>
/// <param name="flusher">Flushes full memtables.</param>
internal sealed class LogReplayer(
    StoreContext context, LogRecovery logs, MemTableSet memTables, RecordApplier applier, Flusher flusher)
{
    /// <summary>Replays everything. Without threads, full memtables are flushed on this one.</summary>
    public void Run()
    {
        if (!context.Options.Background)
        {
            Replay();
            return;
        }

        ReplayBesideFlush();
        context.FailStop.ThrowIfFailed();

        // Kept versions begin with tables alone. Otherwise what is still frozen waits for the flush thread.
        while (context.Options.KeptVersions is not null && flusher.FlushOnce())
        {
        }
    }

    // The thread of the replay has enough to do.
    private void ReplayBesideFlush()
    {
        using CancellationTokenSource replayed = new();
        using BackgroundLoop flush = new("signals-recovery", FlushAll, Timeout.InfiniteTimeSpan, context.FailStop);
        memTables.Frozen += flush.Signal;
        try
        {
            Replay();
            replayed.Cancel();
        }
        finally
        {
            memTables.Frozen -= flush.Signal;
        }

        void FlushAll()
        {
            while (!replayed.IsCancellationRequested && flusher.FlushOnce())
            {
            }
        }
    }

    private void Replay() => logs.Replay((log, records, before) =>
    {
        if (memTables.Active.FirstLog == 0)
        {
            memTables.Active.FirstLog = log;
        }

        applier.Apply(records, new RecordOrigin(before, log));
    });
}
