using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Flushing;
using Signals.Storage.Engine.Ingest;

namespace Signals.Storage.Engine.Recovery;

/// <summary>
/// Replays the logs of an opening into the memtables and begins the new log. Another thread repairs the last log and makes the new one
/// meanwhile, and then flushes memtables that would find no room.
/// </summary>
/// <remarks>
/// Thread contract: the opening thread, once. Invariant: nothing is flushed before the last log is sealed and the new one is there. So
/// what a flush makes durable never overtakes the entries that it comes from.
/// </remarks>
/// <param name="context">The store.</param>
/// <param name="logs">The logs, checked.</param>
/// <param name="stream">The new log.</param>
/// <param name="memTables">Where the records go.</param>
/// <param name="applier">Applies them.</param>
/// <param name="frozen">The memtables that wait for their flush.</param>
/// <param name="flusher">Flushes them.</param>
internal sealed class LogReplayer(
    StoreContext context,
    LogRecovery logs,
    LogStream stream,
    MemTableSet memTables,
    RecordApplier applier,
    FrozenMemTables frozen,
    Flusher flusher)
{
    private readonly FlushNeed _need = new(logs.BytesToApply, frozen.Most);
    private readonly TaskCompletionSource _sealed = new();
    private readonly TaskCompletionSource _begun = new();
    private volatile bool _isReplayed;
    private int _flushed; // the thread beside the replay

    /// <summary>Replays everything. Without threads, or without records, the opening thread does all of it.</summary>
    public void Run()
    {
        if (!context.Options.Background || logs.BytesToApply == 0)
        {
            logs.Seal();
            BeginLog();
            Replay(waitForSeal: () => { });
            return;
        }

        ReplayBesideOtherWork();
        context.FailStop.ThrowIfFailed();

        // Kept versions begin with tables alone. Otherwise what is still frozen waits for the flush thread.
        while (context.Options.KeptVersions is not null && flusher.FlushOnce())
        {
        }
    }

    private void ReplayBesideOtherWork()
    {
        using BackgroundLoop beside = new("signals-recovery", WorkBeside, Timeout.InfiniteTimeSpan, context.FailStop);
        beside.Start();
        beside.Signal();
        memTables.Frozen += _need.CountFrozen;
        memTables.Frozen += beside.Signal;
        frozen.StallBegan += beside.Signal;
        try
        {
            Replay(_sealed.Task.GetAwaiter().GetResult);
            _isReplayed = true;
            _begun.Task.GetAwaiter().GetResult();
        }
        catch (StorePoisonedException) when (_begun.Task.IsFaulted)
        {
            _begun.Task.GetAwaiter().GetResult(); // the replay waited for room; what failed is the cause
            throw;
        }
        finally
        {
            frozen.StallBegan -= beside.Signal;
            memTables.Frozen -= beside.Signal;
            memTables.Frozen -= _need.CountFrozen;
        }
    }

    private void WorkBeside()
    {
        if (!_begun.Task.IsCompleted)
        {
            PrepareLogs();
        }

        while (!_isReplayed && IsFlushDue() && flusher.FlushOnce())
        {
            _flushed++;
        }
    }

    // The opening thread throws what fails here, as if it had done it itself.
    private void PrepareLogs()
    {
        try
        {
            logs.Seal();
            _sealed.SetResult();
            BeginLog();
            _begun.SetResult();
        }
        catch (Exception error)
        {
            _sealed.TrySetException(error);
            _begun.TrySetException(error);
            throw;
        }
    }

    private bool IsFlushDue() => context.Options.KeptVersions is not null
        || _need.IsFlushDue(_flushed)
        || (frozen.IsFull && frozen.IsStalled);

    private void BeginLog() => stream.Start(logs.UnusedLog, logs.NextSequence);

    private void Replay(Action waitForSeal) => logs.Replay(
        (log, records, before) =>
        {
            if (memTables.Active.FirstLog == 0)
            {
                memTables.Active.FirstLog = log;
            }

            _need.CountApplied(records.Length);
            applier.Apply(records, new RecordOrigin(before, log));
        },
        waitForSeal);
}
