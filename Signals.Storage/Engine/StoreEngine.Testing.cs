using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.Engine;

/// <content>TEST_ONLY: what a test cannot reach from outside, because it takes threads that meet by chance.</content>
internal sealed partial class StoreEngine
{
    /// <summary>
    /// TEST_ONLY: one turn of each background thread's work, by the thread's name, as the thread does it when nobody has told it that the store
    /// has failed. Each may throw; its error fails the store, as that of a thread does.
    /// </summary>
    public (string Thread, Action Turn)[] TestTurns =>
    [
        ("flush", () => Turn(() => _work.Flushing.TryStep())),
        ("compaction", () => Turn(() => _work.Compacting.TryStep())),
        ("sync", () => Turn(() => _log?.SyncWritten())),
        ("upkeep", () => Turn(DoUpkeep)),
    ];

    /// <summary>TEST_ONLY: a read that is under way until the result is disposed; closing waits for it.</summary>
    public IDisposable TestHoldRead() => new HeldRead(_epochs);

    /// <summary>TEST_ONLY: what closing does to a compaction that is under way.</summary>
    public void TestInterruptCompaction() => _compactor.Stop();

    private void Turn(Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (error is not HandlesExhaustedException)
        {
            FailStop.Fail(error);
            throw;
        }
    }

    private sealed class HeldRead : IDisposable
    {
        private readonly EpochHold _hold = new();

        public HeldRead(ReadEpochs epochs) => _hold.Enter(epochs);

        public void Dispose() => _hold.Leave();
    }
}
