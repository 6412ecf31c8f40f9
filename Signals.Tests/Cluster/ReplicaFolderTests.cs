using Signals.Kafka;
using Signals.Orleans.Replicas;
using Signals.Tests.Checkpoints;
using Signals.Tests.Cluster.Observing;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Cluster;

/// <summary>What the folder of a replica remembers of its checkpoint from one opening to the next.</summary>
[Category("Reliability")]
internal sealed class ReplicaFolderTests
{
    private const int Before = FolderBehind.Before;
    private const int After = FolderBehind.After;

    private readonly ManualTime _time = new(1_700_000_000_000);

    [Test]
    public async Task Open_TheCheckpointWasDamaged_IsNotTakenUntilAnotherOneIsCurrent()
    {
        MemoryTarget target = new(TimeProvider.System);
        await using LoneMachine machine = await FolderBehind.StartAsync(target);
        Action mend = FolderBehind.Damage(target);
        ReplicaFolder folder = FolderOf(machine);
        PoisonRecordException stop = new("log", 0, After - 1, "planted");
        await using (SignalStore kept = await folder.OpenAsync(CancellationToken.None))
        {
            Assert.That(folder.IsCheckpointBeyond(After - 1), Is.True);
            Assert.That(folder.GiveUpFolder(stop, hasCaughtUp: false), Is.True);
        }

        await using (SignalStore asItIs = await folder.OpenAsync(CancellationToken.None))
        {
            await RequireNothingBeyondAsync(folder, asItIs);
            Assert.That(folder.GiveUpFolder(stop, hasCaughtUp: false), Is.False, "nothing else is there");
        }

        mend(); // Nobody can know that without fetching it.
        await using (SignalStore asItIs = await folder.OpenAsync(CancellationToken.None))
        {
            Assert.That(PositionOf(asItIs), Is.EqualTo(Before), "it is fetched again");
            await RequireNothingBeyondAsync(folder, asItIs);
            await machine.AppendAsync(1);
            await FolderBehind.SendAsync(machine.Log, target);
            await LookAsync(folder, asItIs);
            Assert.That((folder.IsCheckpointBeyond(After), folder.RestoreError), Is.EqualTo((true, (Exception?)null)));
            Assert.That(folder.GiveUpFolder(stop, hasCaughtUp: false), Is.True);
        }

        await using SignalStore restored = await folder.OpenAsync(CancellationToken.None);
        Assert.That(PositionOf(restored), Is.EqualTo(After + 1));
    }

    // The log was made anew, and one of the two stores has begun with the new one.
    [TestCase(true, false)]
    [TestCase(false, true)]
    public async Task Look_TheCheckpointIsOfAnotherGeneration_IsBeyondOnlyIfItIsALaterOne(bool isFolderLater, bool isBeyond)
    {
        MemoryTarget target = new(TimeProvider.System);
        FaultyTarget shared = new(target) { FailFrom = 0 };
        await using LoneMachine machine = await FolderBehind.StartAsync(
            target, elsewhereOpened: isFolderLater ? null : Reset);
        machine.Context.Options.UseCheckpoints(_ => shared);
        ReplicaFolder folder = FolderOf(machine);
        await using SignalStore asItIs = await folder.OpenAsync(CancellationToken.None);
        if (isFolderLater)
        {
            Reset(asItIs);
        }

        shared.FailFrom = int.MaxValue;
        await LookAsync(folder, asItIs);
        Assert.That(folder.RestoreError, Is.Null);
        Assert.That(folder.IsCheckpointBeyond(isFolderLater ? 0 : 2 * After), Is.EqualTo(isBeyond));
    }

    [Test]
    public async Task Open_NoCheckpointIsAheadAnyMore_TheFolderIsNotGivenUpForALaterOne()
    {
        MemoryTarget target = new(TimeProvider.System);
        await using LoneMachine machine = await FolderBehind.StartAsync(target);
        ReplicaFolder folder = FolderOf(machine);
        await using (SignalStore kept = await folder.OpenAsync(CancellationToken.None))
        {
            Assert.That(folder.GiveUpFolder(new LogTruncatedException("log", 0, Before, After), hasCaughtUp: false), Is.True);
        }

        byte[]? current = target.Current;
        target.Current = null;
        await using (SignalStore alone = await folder.OpenAsync(CancellationToken.None))
        {
            Assert.That(folder.IsCheckpointBeyond(0), Is.False);
        }

        target.Current = current;
        await using SignalStore keptAgain = await folder.OpenAsync(CancellationToken.None);
        Assert.That((PositionOf(keptAgain), folder.IsCheckpointBeyond(After - 1)), Is.EqualTo(((long?)Before, true)));
    }

    private ReplicaFolder FolderOf(LoneMachine machine) => new(0, machine.Context with { Time = _time });

    private async Task RequireNothingBeyondAsync(ReplicaFolder folder, SignalStore store)
    {
        for (int look = 0; look < 3; look++)
        {
            await LookAsync(folder, store);
            Assert.That(folder.IsCheckpointBeyond(0), Is.False, $"look {look}");
            Assert.That(folder.RestoreError, Is.TypeOf<CorruptionException>(), $"look {look}");
        }
    }

    private async Task LookAsync(ReplicaFolder folder, SignalStore store)
    {
        _time.NowMs += 60_000; // the longest pause
        await folder.LookForCheckpointAsync(store, CancellationToken.None);
    }

    private static long? PositionOf(SignalStore store) => store.GetResumePosition(MemoryFeed.Source);

    private static void Reset(SignalStore store) => store.ResetSourceAsync(MemoryFeed.Source).AsTask().GetAwaiter().GetResult();
}
