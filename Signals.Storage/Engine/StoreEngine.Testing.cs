using Signals.Storage.Engine.Compacting;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Views;
using Signals.Storage.FileSystem;
using Signals.Storage.Heads;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <content>TEST_ONLY: hooks for states that a test cannot reach from outside, because they need threads that meet by chance.</content>
internal sealed partial class StoreEngine
{
    /// <summary>TEST_ONLY: the handles of the tables, shared with other stores of the process.</summary>
    public HandlePool Handles => _parts.Files.Handles;

    /// <summary>TEST_ONLY: commits edits that no part of the engine makes.</summary>
    public VersionCommitter Committer => _parts.Commits.Committer;

    /// <summary>TEST_ONLY: the numbers of new files.</summary>
    public FileNumbers Numbers => _parts.Context.Numbers;

    /// <summary>
    /// TEST_ONLY: one turn of each background thread's work, by the thread's name. The turn runs as it does on a thread that does
    /// not know yet that the store has failed. It may throw; the error fails the store, as an error of the thread does.
    /// </summary>
    public (string Thread, Action Turn)[] TestTurns =>
    [
        ("flush", () => Turn(() => Work.Flushing.TryStep())),
        ("compaction", () => Turn(() => Work.Compacting.TryStep())),
        ("sync", () => Turn(() => Log?.SyncWritten())),
        ("upkeep", () => Turn(_parts.Upkeep.Run)),
    ];

    /// <summary>TEST_ONLY: syncs the log, as the sync thread does.</summary>
    public void SyncLog() => _callers.Guard(() => Log?.SyncWritten());

    /// <summary>TEST_ONLY: the newest events of users that are read.</summary>
    public HeadCache TestHeads => _parts.Contents.Heads;

    /// <summary>TEST_ONLY: what deletes files.</summary>
    public FilePins TestPins => _parts.Pins;

    /// <summary>TEST_ONLY: view, tables and memory.</summary>
    public StoreContents TestContents => _parts.Contents;

    /// <summary>TEST_ONLY: what callers and the compaction thread ask for compactions.</summary>
    public Compactor TestCompactor => _parts.Writes.Compactor;

    /// <summary>TEST_ONLY: begins a read that ends when the result is disposed. Closing waits for it.</summary>
    public IDisposable TestHoldRead() => new HeldRead(_parts.Contents.View.Epochs);

    /// <summary>TEST_ONLY: interrupts the compaction under way, as closing does.</summary>
    public void TestInterruptCompaction() => _parts.Writes.Compactor.Stop();

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
