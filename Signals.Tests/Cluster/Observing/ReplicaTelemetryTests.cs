using System.Diagnostics.Metrics;
using Signals.Orleans;
using Signals.Orleans.Replicas;

namespace Signals.Tests.Cluster.Observing;

/// <summary>What one machine measures of its replicas and of the reads that they answer.</summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class ReplicaTelemetryTests
{
    private const int Rounds = 200;
    private static readonly UserId User = UserId.From(1);
    private static readonly ClusterQuery Query = new() { EventTypes = ["view"], Last = 10 };

    [Test]
    public async Task Replica_OpensFollowsAndIsReleased_SaysWhatItIsAndThenNothing()
    {
        using ClusterMeasured measured = new();
        await using LoneMachine machine = new();
        await machine.AppendAsync(7);
        machine.Log.IsDown = true;
        await machine.UntilAsync(report => report.State == ReplicaState.CatchingUp);
        Assert.That(States(measured), Is.EqualTo(new[] { "catching_up" }));
        Assert.That(Has(measured, "signals.cluster.replica.lag"), Is.False, "nothing is known about it");
        Assert.That(Has(measured, "signals.cluster.replica.replay"), Is.False);
        machine.Log.IsDown = false;
        await machine.UntilAsync(report => report is { State: ReplicaState.Following, Position: 7, LagRecords: 0 });
        Assert.That(States(measured), Is.EqualTo(new[] { "following" }));
        Assert.That(measured.Sum("signals.cluster.replica.position"), Is.EqualTo(7));
        Assert.That(measured.Sum("signals.cluster.replica.replay"), Is.EqualTo(1));
        Assert.That(measured.Sum("signals.cluster.replica.lag"), Is.InRange(0, 30));
        Assert.That(measured.Sum("signals.cluster.replica.owner", "signals.partition=0"), Is.Zero);
        machine.Host.Own(0);
        Assert.That(measured.Sum("signals.cluster.replica.owner", "signals.partition=0"), Is.EqualTo(1));
        Assert.That(measured.Sum("signals.cluster.open.duration"), Is.EqualTo(1));
        Assert.That(measured.Sum("signals.cluster.catch_up.duration"), Is.EqualTo(1));
        machine.Host.Disown(0);
        await machine.Host.ReleaseAsync(0);
        Assert.That(
            measured.Collect().Where(series => series.Name.StartsWith("signals.cluster.replica.", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task Replica_FailsAndIsOpenedAgain_IsCounted()
    {
        using ClusterMeasured measured = new();
        await using LoneMachine machine = new();
        PartitionReplica replica = await machine.UntilAsync(report => report.State == ReplicaState.Following);
        replica.Current!.Fail(new FileOperationException("read", "a table", "planted"));
        await machine.UntilAsync(_ => replica.Openings == 2);
        Assert.That(measured.Sum("signals.cluster.replica.failures"), Is.EqualTo(1));
        Assert.That(measured.Sum("signals.cluster.replica.openings"), Is.EqualTo(2));
    }

    [Test]
    public async Task Replay_HeldBackInTheMiddle_IsThePartThatIsApplied()
    {
        await using LoneMachine machine = new();
        await machine.AppendAsync(3);
        PartitionReplica replica = await machine.UntilAsync(report => report is { State: ReplicaState.Following, Position: 3 });
        machine.Log.HeldBack = "partition-00000";
        await machine.AppendAsync(9);
        await machine.UntilAsync(report => report.LagRecords == 9);
        Assert.That(replica.ReadReplay(), Is.EqualTo(0.25), "3 of 12");
    }

    [Test]
    public async Task Reads_OfALocalReplica_AreCountedByWhatTheySayOfThemselves()
    {
        using ClusterMeasured measured = new();
        await using LoneMachine machine = new(configure: options => options.CompleteWithin = TimeSpan.FromMilliseconds(300));
        await machine.AppendAsync(1);
        machine.Host.Own(0);
        await machine.UntilAsync(report => report.State == ReplicaState.Following && report.Lag < TimeSpan.FromMilliseconds(200));
        (await machine.Store.ReadAsync(User, "feed")).Dispose();
        machine.Log.IsDown = true;
        await machine.UntilAsync(report => report.Lag > TimeSpan.FromMilliseconds(300));
        (await machine.Store.ReadAsync(User, Query)).Dispose();
        (await machine.Store.ReadAsync(User, Query)).Dispose();
        Assert.That(
            measured.Sum("signals.cluster.reads", "signals.place=local", "signals.answer=complete")
                + measured.Sum("signals.cluster.reads", "signals.place=local", "signals.answer=lagging"),
            Is.EqualTo(3));
        Assert.That(measured.Sum("signals.cluster.reads", "signals.answer=lagging"), Is.GreaterThanOrEqualTo(2));
    }

    [Test]
    public async Task Read_OfALocalReplicaWarm_AllocatesNothing([Values] bool listening, [Values] bool byDefinition)
    {
        long counted = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (listening && instrument.Name == "signals.cluster.reads")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => counted++);
        listener.Start();
        await using LoneMachine machine = new();
        await machine.AppendAsync(30);
        machine.Host.Own(0);
        await machine.UntilAsync(report => report is { State: ReplicaState.Following, Position: 30 });
        Assert.That(LeastAllocatedBy(machine.Store, byDefinition), Is.Zero);
        Assert.That(counted, listening ? Is.GreaterThan(Rounds) : Is.Zero);
    }

    private static bool Has(ClusterMeasured measured, string name) => measured.Collect().Any(series => series.Name == name);

    private static string[] States(ClusterMeasured measured) =>
    [
        .. measured.Collect().Where(series => series is { Name: "signals.cluster.replica.state", Value: 1 })
            .Select(series => series.Tags.Split("signals.state=")[1]),
    ];

    private static long LeastAllocatedBy(IClusterStore store, bool byDefinition)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 8 && least != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Rounds; i++)
            {
                ReadOnce(store, byDefinition);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static void ReadOnce(IClusterStore store, bool byDefinition)
    {
        ValueTask<ClusterSequence> read = byDefinition ? store.ReadAsync(User, "feed") : store.ReadAsync(User, Query);
        if (!read.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("A local read completes before it returns.");
        }

        using ClusterSequence sequence = read.Result;
        if (sequence.Count == 0 || sequence.Field<int>("n")[0] != 30)
        {
            throw new InvalidOperationException($"{sequence.Count} events.");
        }
    }
}
