using Microsoft.Extensions.Logging.Abstractions;
using Signals.Checkpoints;
using Signals.Kafka;
using Signals.Orleans;
using Signals.Orleans.Health;
using Signals.Orleans.Replicas;
using Signals.Tests.Checkpoints;
using Signals.Tests.Cluster.Observing;
using Signals.Tests.Hosting;
using Signals.Tests.Kafka;

namespace Signals.Tests.Cluster;

/// <summary>
/// A machine that comes back with a folder that is behind the checkpoint goes on with the folder while the log has what it lacks, and
/// otherwise with the checkpoint.
/// </summary>
[Category("Reliability")]
internal sealed class KeptFolderTests
{
    private const int Before = FolderBehind.Before;
    private const int After = FolderBehind.After;
    private const string Reason = "cannot take the folder's place";

    private int _sent;

    [SetUp]
    public void Begin() => _sent = 0;

    // The checkpoint is 30 records further.
    [TestCase(After - Before, Before)]
    [TestCase(After - Before - 1, After)]
    public async Task Restart_TheLogHasWhatTheFolderLacks_KeepsTheFolderIfThatIsNotTooMuch(long maxReplay, long expected)
    {
        using LogBench bench = new();
        await FollowAndStopAsync(bench);
        await AppendAsync(bench, After - Before);
        await using SignalStore elsewhere = bench.OpenStore();
        await LogBench.CatchUpAsync(elsewhere, bench.Options);
        await CheckpointAsync(bench, elsewhere);
        await using KafkaMachine machine = new(bench, NullLogger.Instance, options => options.MaxReplay = maxReplay);
        OpenReplica open = await machine.FollowToAsync(After);
        Assert.That(open.OpenedAt, Is.EqualTo(expected));
        RequireAll(open.Store);
    }

    [Test]
    public async Task Restart_TheLogHasLostWhatTheFolderLacks_BeginsWithTheCheckpoint()
    {
        using LogBench bench = new();
        await FollowAndStopAsync(bench);
        await using SignalStore elsewhere = bench.OpenStore();
        await OverflowAsync(bench, elsewhere);
        await CheckpointAsync(bench, elsewhere);
        await using KafkaMachine machine = new(bench, NullLogger.Instance);
        OpenReplica open = await machine.FollowToAsync(_sent);
        Assert.That(open.OpenedAt, Is.EqualTo(_sent));
        RequireAll(open.Store);
    }

    [Test]
    public async Task Restart_TheLogLosesItBeforeTheFolderIsRead_BeginsWithTheCheckpointAtOnce()
    {
        using LogBench bench = new();
        await FollowAndStopAsync(bench);
        await AppendAsync(bench, After - Before);
        await using SignalStore elsewhere = bench.OpenStore();
        await LogBench.CatchUpAsync(elsewhere, bench.Options);
        await CheckpointAsync(bench, elsewhere);
        int opened = 0;
        LogLines lines = new();
        await using KafkaMachine machine = new(bench, lines, options => options.OnStoreOpened(_ =>
        {
            if (Interlocked.Increment(ref opened) == 1)
            {
                OverflowAsync(bench, elsewhere).GetAwaiter().GetResult();
                CheckpointAsync(bench, elsewhere).GetAwaiter().GetResult();
            }
        }));
        OpenReplica open = await machine.FollowToAsync(After + 1);
        Assert.That((opened, open.OpenedAt), Is.EqualTo((2, (long)_sent)));
        Assert.That(lines.Of(1113), Has.Length.EqualTo(1), "the folder was kept first");
        Assert.That(lines.Of(1102).Single(), Does.EndWith("opened again in 200 ms"), "nobody has to decide");
        RequireAll(open.Store);
    }

    [Test]
    public async Task Restart_TheTopicWasMadeAnew_BeginsWithTheCheckpointOfTheNewOne()
    {
        using LogBench bench = new();
        await FollowAndStopAsync(bench);
        KafkaPartitionOptions anew = bench.Options with { Incarnation = SourceIncarnation.From("the second topic") };
        await using SignalStore elsewhere = bench.OpenStore();
        await LogBench.CatchUpAsync(elsewhere, bench.Options);
        await elsewhere.ResetSourceAsync("kafka:events/0", anew.Incarnation);
        await AppendAsync(bench, After - Before);
        await LogBench.CatchUpAsync(elsewhere, anew);
        await CheckpointAsync(bench, elsewhere);
        await using KafkaMachine machine = new(bench, NullLogger.Instance, reads: anew);
        OpenReplica open = await machine.FollowToAsync(After);
        Assert.That(open.OpenedAt, Is.EqualTo(After));
        RequireAll(open.Store);
    }

    [Test]
    public async Task Restart_TheLogDoesNotAnswer_BeginsWithTheCheckpoint()
    {
        MemoryTarget target = new(TimeProvider.System);
        await using LoneMachine machine = await FolderBehind.StartAsync(target);
        machine.Log.IsDown = true;
        PartitionReplica replica = await machine.UntilAsync(report => report.State == ReplicaState.CatchingUp);
        Assert.That(replica.Current!.OpenedAt, Is.EqualTo(After));
    }

    [Test]
    public async Task Restart_TheLogDoesNotHaveWhatItClaims_BeginsWithTheCheckpoint()
    {
        MemoryTarget target = new(TimeProvider.System);
        await using LoneMachine machine = await FolderBehind.StartAsync(target);
        machine.Log.ForgetBefore(_ => After);
        machine.Log.ClaimsEverything = true;
        PartitionReplica replica = await machine.UntilAsync(report => report is { State: ReplicaState.Following, Position: After });
        Assert.That((replica.Current!.OpenedAt, replica.Failures), Is.EqualTo((After, 1)));
    }

    // The log has nothing of what another source gave the store, such as the topic from which the partition was moved.
    [TestCase(7, Before)]
    [TestCase(8, After)]
    public async Task Restart_AnotherSourceGaveTheCheckpointMore_BeginsWithTheCheckpoint(long other, long expected)
    {
        MemoryTarget target = new(TimeProvider.System);
        await using LoneMachine machine =
            await FolderBehind.StartAsync(target, store => Left(store, 7), store => Left(store, other));
        PartitionReplica replica = await machine.UntilAsync(report => report is { State: ReplicaState.Following, Position: After });
        Assert.That(replica.Current!.OpenedAt, Is.EqualTo(expected));
        Assert.That(replica.Current!.Store.GetResumePosition("left"), Is.EqualTo(other));
    }

    [TestCase(true, 1)]
    [TestCase(false, 3)]
    public async Task Restart_TheKeptFolderFailsEachTime_BeginsWithTheCheckpoint(bool isDamaged, int failures)
    {
        MemoryTarget target = new(TimeProvider.System);
        await using LoneMachine machine = await FolderBehind.StartAsync(target, store =>
        {
            if (store.GetResumePosition(MemoryFeed.Source) == Before)
            {
                throw isDamaged ? new CorruptionException("000007.table", 5, "A block is damaged.") : new IOException("It fails.");
            }
        });
        PartitionReplica replica = await machine.UntilAsync(report => report is { State: ReplicaState.Following, Position: After });
        Assert.That((replica.Current!.OpenedAt, replica.Failures), Is.EqualTo((After, failures)));
    }

    // What stops the folder is behind the checkpoint, or is not.
    [TestCase(After - 1, After, ReplicaState.Following, 1)]
    [TestCase(After, Before, ReplicaState.Stopped, 1)]
    public async Task Restart_ARecordStopsTheKeptFolder_BeginsWithTheCheckpointIfThatIsBeyondIt(
        long poisonAt, long openedAt, ReplicaState state, int failures)
    {
        MemoryTarget target = new(TimeProvider.System);
        await using LoneMachine machine = await FolderBehind.StartAsync(target);
        await machine.AppendAsync(1);
        machine.Log.PoisonAt = poisonAt;
        PartitionReplica replica = await machine.UntilAsync(report => report.State == state && report.Position >= After);
        Assert.That((replica.Current!.OpenedAt, replica.Failures), Is.EqualTo((openedAt, failures)));
    }

    // From which opening of the folder on: before it is kept, or when it is given up. It is opened as it is then.
    [TestCase(1)]
    [TestCase(2)]
    public async Task Restart_TheStorageIsAwayWhenARecordStopsTheFolder_SaysSoAndBeginsWithTheCheckpointWhenItIsBack(int awayBehind)
    {
        MemoryTarget target = new(TimeProvider.System);
        FaultyTarget shared = new(target);
        int opened = 0;
        await using LoneMachine machine = await FolderBehind.StartAsync(
            target, _ => shared.FailFrom = Interlocked.Increment(ref opened) == awayBehind ? 0 : shared.FailFrom);
        machine.Context.Options.UseCheckpoints(_ => shared);
        await machine.AppendAsync(1);
        machine.Log.PoisonAt = After - 1;
        PartitionReplica replica = await machine.UntilAsync(
            report => report.State == ReplicaState.Stopped && report.Error!.Contains(Reason, StringComparison.Ordinal));
        Assert.That(replica.Report().Error, Does.Contain("offset 49").And.Contains("planted"));
        ReplicaCondition condition = ReplicaCondition.Of(replica);
        string reasons = string.Join("; ", ReplicaComplaints.Of(condition, TimeSpan.FromMinutes(1)).Select(complaint => complaint.Reason));
        Assert.That(reasons, Does.Contain("offset 49").And.Contains(Reason));

        shared.FailFrom = int.MaxValue;
        await machine.UntilAsync(report => report is { State: ReplicaState.Following, Position: After + 1, Error: null });
        Assert.That((replica.Current!.OpenedAt, replica.Openings), Is.EqualTo(((long)After, (long)awayBehind + 1)));
    }

    [Test]
    public async Task Restart_TheCheckpointIsDamagedWhenARecordStopsTheFolder_GivesTheFolderUpOnceAndSaysSo()
    {
        MemoryTarget target = new(TimeProvider.System);
        FaultyTarget shared = new(target);
        await using LoneMachine machine = await FolderBehind.StartAsync(target);
        machine.Context.Options.UseCheckpoints(_ => shared);
        FolderBehind.Damage(target);
        await machine.AppendAsync(1);
        machine.Log.PoisonAt = After - 1;
        PartitionReplica replica = await machine.UntilAsync(
            report => report.State == ReplicaState.Stopped && report.Error!.Contains(Reason, StringComparison.Ordinal));
        OpenReplica open = replica.Current!;
        int calls = shared.Calls;
        await machine.UntilAsync(_ => shared.Calls > calls); // It looks for the checkpoint again.
        long began = Environment.TickCount64;
        while (Environment.TickCount64 - began < 1_000)
        {
            Assert.That(replica.Current, Is.SameAs(open), "the store is closed again for a checkpoint that is damaged");
            await Task.Delay(5);
        }

        Assert.That((replica.Openings, replica.State), Is.EqualTo((2L, ReplicaState.Stopped)));
        Assert.That(replica.Report().Error, Does.Contain(Reason).And.Contains("parts/"));
    }

    [Test]
    public async Task Stop_TheStorageWasAwayWhenTheStoreWasOpened_IsNotExplainedWithThatAndTheCheckpointIsLookedFor()
    {
        MemoryTarget target = new(TimeProvider.System);
        FaultyTarget shared = new(target) { FailFrom = 0 };
        await using LoneMachine machine = await FolderBehind.StartAsync(target);
        machine.Context.Options.UseCheckpoints(_ => shared);
        PartitionReplica replica = await machine.UntilAsync(report => report is { State: ReplicaState.Following, Position: After });
        machine.Log.PoisonedFolder = "signals-machine-";
        machine.Log.PoisonAt = After;
        await machine.AppendAsync(1);
        await machine.UntilAsync(report => report.State == ReplicaState.Stopped);
        Assert.That(replica.Current!.OpenedAt, Is.EqualTo(Before), "without the checkpoint");
        Assert.That(replica.Report().Error, Does.Contain("offset 50").And.Not.Contains(Reason));
        await FolderBehind.SendAsync(machine.Log, target);
        shared.FailFrom = int.MaxValue;
        await machine.UntilAsync(report => report is { State: ReplicaState.Following, Position: After + 1 });
        Assert.That(replica.Current!.OpenedAt, Is.EqualTo(After + 1));
    }

    private static void Left(SignalStore store, long position)
    {
        if ((store.GetResumePosition("left") ?? 0) < position)
        {
            EventGroup group = store.CreateGroup("left");
            group.Position = position;
            store.AppendGroupAsync(group).AsTask().GetAwaiter().GetResult();
        }
    }

    // A machine follows to the end, and stops.
    private async Task FollowAndStopAsync(LogBench bench)
    {
        await AppendAsync(bench, Before);
        await using KafkaMachine machine = new(bench, NullLogger.Instance);
        await machine.FollowToAsync(Before);
    }

    private async Task AppendAsync(LogBench bench, int count, string? page = null)
    {
        for (int i = 0; i < count; i++)
        {
            await bench.Log.AppendAsync(LogBench.View(1, ++_sent, page: page));
        }
    }

    // The broker keeps 5 MiB of a partition. A store that reads all of it comes to the end.
    private async Task OverflowAsync(LogBench bench, SignalStore store)
    {
        await using RunningPartition running = LogBench.Run(store, bench.Options);
        for (int fill = 0; fill < 7; fill++)
        {
            await running.CatchUpAsync(); // It would be outrun, too.
            await AppendAsync(bench, 10, new string('x', 100_000));
        }

        await running.CatchUpAsync();
    }

    private static Task<UploadResult> CheckpointAsync(LogBench bench, SignalStore store) =>
        new CheckpointUploader(store, KafkaMachine.TargetOf(bench)).UploadAsync();

    private void RequireAll(SignalStore store) =>
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(Enumerable.Range(1, _sent).Select(n => (ulong)n)));
}
