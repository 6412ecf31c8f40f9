using Signals.Core.Model;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <content>What an opening finds: tables, erasures and positions of the manifest, and the records of the logs behind them.</content>
internal sealed partial class StoreEngine
{
    private void OpenTables(ManifestState state, TableSet tables)
    {
        tables.Show(state.Tables.Values, _view, Watermarks);
        foreach ((UserId user, long cutoffMs) in state.Erasures)
        {
            _erasures.Add(user, cutoffMs);
        }

        Sources.Load(state.Sources);
    }

    private void Recover(LogRecovery recovery)
    {
        if (!_options.Background)
        {
            _memTables.OnFrozen = () => _work.Flushing.TryStep();
            _memTables.MakeRoom = MakeRoom;
            Replay(recovery);
            return;
        }

        // Beside the replay, whose thread has enough to do. What is still frozen afterwards waits for the flush thread, but kept versions begin with
        // tables alone.
        using CancellationTokenSource replayed = new();
        using (BackgroundLoop flush = new("signals-recovery", () => RunAll(() => !replayed.IsCancellationRequested && _flusher.FlushOnce()), Timeout.InfiniteTimeSpan, FailStop))
        {
            _memTables.OnFrozen = flush.Signal;
            Replay(recovery);
            replayed.Cancel();
        }

        FailStop.ThrowIfFailed();
        if (_options.KeptVersions is not null)
        {
            RunAll(_flusher.FlushOnce);
        }
    }

    /// <summary>In the middle of a run of records there is no way back: the log has it.</summary>
    private void MakeRoom()
    {
        try
        {
            _work.Flushing.DoAll();
        }
        catch (StoreWorkFailedException error)
        {
            FailStop.Fail(error.InnerException!);
            FailStop.ThrowIfFailed();
        }
    }

    private void Replay(LogRecovery recovery) => recovery.Replay((log, records, before) =>
    {
        if (_memTables.Active.FirstLog == 0)
        {
            _memTables.Active.FirstLog = log;
        }

        _applier.Apply(records, before, log);
    });
}
