using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using Signals.Orleans;
using Signals.Orleans.Replicas;
using Signals.Serving;

namespace Signals.Tests.Cluster;

/// <summary>What answers say about themselves, and who answers.</summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class FlagsTests
{
    private static readonly UserId User = UserId.From(1);

    [Test]
    public async Task Read_TheLogIsDown_TheLagGrowsAndTheAnswerIsNotComplete()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            silos: 1, partitions: 1, o => o.CompleteWithin = TimeSpan.FromMilliseconds(300));
        IClusterStore store = TestCluster.StoreOn(cluster.Silos[0]);
        LogPosition position = await store.AppendAsync(TestCluster.View(User, 1));
        using (ClusterSequence first = await store.ReadAsync(User, "feed", new ClusterReadOptions { AtLeast = position }))
        {
            Assert.That(first.Count, Is.EqualTo(1));
        }

        await cluster.UntilAsync(reports => reports.All(report => report.Lag < TimeSpan.FromMilliseconds(300)), "a fresh owner");
        cluster.Log.IsDown = true;
        await cluster.UntilAsync(reports => reports.All(report => report.Lag > TimeSpan.FromMilliseconds(400)), "a lag that grows");
        using (ClusterSequence late = await store.ReadAsync(User, "feed"))
        {
            Assert.That(late.Answer.IsComplete, Is.False);
            Assert.That(late.Answer.Lag, Is.GreaterThan(TimeSpan.FromMilliseconds(400)));
            Assert.That(late.Count, Is.EqualTo(1), "it answers nevertheless");
        }

        Assert.That(
            async () => await store.ReadAsync(User, "feed", new ClusterReadOptions { MaxLag = TimeSpan.FromMilliseconds(400) }),
            Throws.InstanceOf<PartitionUnavailableException>().With.Message.Contains("ms late"));
        cluster.Log.IsDown = false;
        await cluster.UntilAsync(reports => reports.All(report => report.Lag < TimeSpan.FromMilliseconds(300)), "a fresh owner again");
    }

    [Test]
    public async Task Read_TheStoreOfTheLocalStandbyFails_TheOwnerAnswers()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            silos: 2, partitions: 1, o => o.LocalStandbyWithin = TimeSpan.FromMinutes(1));
        await cluster.SettleAsync();
        InProcessSiloHandle standby = cluster.Silos.Single(silo => RoleOn(silo) == ReplicaRole.Standby);
        IClusterStore store = TestCluster.StoreOn(standby);
        LogPosition position = await store.AppendAsync(TestCluster.View(User, 5));
        await cluster.UntilAsync(reports => reports.All(report => report.Position == position.Offset), "the event on both");
        ClusterQuery query = new() { EventTypes = ["view"], Last = 10, Columns = ["n"] };
        await RequireAnsweredAsync(ReplicaRole.Standby, isLocal: true);
        await standby.ServiceProvider.GetRequiredService<ReplicaHost>().TryGet(0)!.Current!.Store.DisposeAsync();
        await RequireAnsweredAsync(ReplicaRole.Owner, isLocal: false);

        async Task RequireAnsweredAsync(ReplicaRole role, bool isLocal)
        {
            using ClusterSequence byDefinition = await store.ReadAsync(User, "feed");
            using ClusterSequence byQuery = await store.ReadAsync(User, query);
            foreach (ClusterSequence read in new[] { byDefinition, byQuery })
            {
                Assert.That((read.Count, read.Answer.Role, read.Answer.IsLocal), Is.EqualTo((1, role, isLocal)));
            }
        }
    }

    [Test]
    public async Task Read_TheLocalStandbyStandsStill_TheOwnerAnswers()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            silos: 2, partitions: 1, o => o.LocalStandbyWithin = o.CompleteWithin = TimeSpan.FromMilliseconds(200));
        await cluster.SettleAsync();
        InProcessSiloHandle standby = cluster.Silos.Single(silo => RoleOn(silo) == ReplicaRole.Standby);
        IClusterStore store = TestCluster.StoreOn(standby);
        using (ClusterSequence local = await store.ReadAsync(User, "feed"))
        {
            Assert.That((local.Answer.Role, local.Answer.IsLocal), Is.EqualTo((ReplicaRole.Standby, true)));
        }

        cluster.Log.HeldBack = Path.DirectorySeparatorChar + standby.Name + Path.DirectorySeparatorChar;
        LogPosition position = await store.AppendAsync(TestCluster.View(User, 5));
        await cluster.UntilAsync(
            reports => reports.Any(report => report.Role == ReplicaRole.Standby && report.Lag > TimeSpan.FromMilliseconds(200)),
            "a late standby");
        using ClusterSequence remote = await store.ReadAsync(User, "feed", new ClusterReadOptions { AtLeast = position });
        Assert.That((remote.Answer.Role, remote.Answer.IsLocal), Is.EqualTo((ReplicaRole.Owner, false)));
        Assert.That(remote.Count, Is.EqualTo(1));
        Assert.That(remote.Field<int>("n")[0], Is.EqualTo(5));
    }

    [Test]
    public async Task Read_NobodyIsAtThePosition_AsksEachMachineOnce()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            silos: 2, partitions: 1, o => o.ReplicaTimeout = TimeSpan.FromMilliseconds(300));
        await cluster.SettleAsync();
        InProcessSiloHandle owner = cluster.Silos.Single(silo => RoleOn(silo) == ReplicaRole.Owner);
        InProcessSiloHandle standby = cluster.Silos.Single(silo => silo != owner);
        ClusterReadOptions beyond = new() { AtLeast = new LogPosition(0, cluster.Log.EndOf(0) + 5) };
        Assert.That(
            async () => await TestCluster.StoreOn(standby).ReadAsync(User, "feed", beyond),
            Throws.InstanceOf<PartitionUnavailableException>().With.Message.Contains("the owner: it is at 0")
                .And.Message.Contains($"silo '{standby.Name}': it is at 0").And.Message.Not.Contains($"silo '{owner.Name}'"));
    }

    [Test]
    public async Task ReadTensors_UsersOfSeveralPartitions_FillsEachUsersPlace()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(silos: 3, partitions: 6);
        await cluster.SettleAsync();
        UserId[] users = [.. Enumerable.Range(1, 30).Select(n => UserId.From((ulong)n))];
        IClusterStore first = TestCluster.StoreOn(cluster.Silos[0]);
        Dictionary<int, LogPosition> behind = [];
        foreach (UserId user in users[..29])
        {
            LogPosition position = await first.AppendAsync(TestCluster.View(user, (int)user.Low));
            behind[position.Partition] = position;
        }

        foreach ((int partition, LogPosition position) in behind)
        {
            UserId one = users.First(user => first.PartitionOf(user) == partition);
            foreach (InProcessSiloHandle silo in cluster.Silos)
            {
                (await TestCluster.StoreOn(silo).ReadAsync(one, "feed", new ClusterReadOptions { AtLeast = position })).Dispose();
            }
        }

        await cluster.UntilAsync(
            reports => reports.All(report => report.Position == cluster.Log.EndOf(report.Partition)), "replicas at the end");
        foreach (InProcessSiloHandle silo in cluster.Silos)
        {
            float[] n = new float[30 * 8];
            bool[] mask = new bool[30 * 8];
            ClusterTensors tensors = new ClusterTensors().Bind("n", n.AsMemory(), rows: 8).Bind("mask", mask.AsMemory(), rows: 8);
            await TestCluster.StoreOn(silo).ReadTensorsAsync(users, "feed", tensors);
            Assert.That(Enumerable.Range(0, 29).Select(i => n[i * 8]), Is.EqualTo(Enumerable.Range(1, 29).Select(i => (float)i)));
            Assert.That(Enumerable.Range(0, 30).Select(i => mask[i * 8]), Is.EqualTo(Enumerable.Range(0, 30).Select(i => i < 29)));
            Assert.That(tensors.Statuses[29], Is.EqualTo(ServingStatus.UnknownUser));
            Assert.That(tensors.Answers.ToArray().Select(answer => answer.Partition), Is.EqualTo(users.Select(first.PartitionOf)));
        }
    }

    [Test]
    public async Task Errors_OfAnotherMachine_AreThoseOfALocalRead()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(silos: 3, partitions: 6);
        await cluster.SettleAsync();
        foreach (InProcessSiloHandle silo in cluster.Silos)
        {
            for (ulong n = 1; n <= 12; n++)
            {
                IClusterStore store = TestCluster.StoreOn(silo);
                UserId user = UserId.From(n);
                Assert.That(
                    async () => await store.ReadAsync(user, "nothing"),
                    Throws.InstanceOf<UnknownDefinitionException>().With.Message.Contains("feed"));
                Assert.That(
                    async () => await store.ReadAsync(user, new ClusterQuery { EventTypes = ["none"] }),
                    Throws.ArgumentException.With.Message.Contains("none"));
                Assert.That(
                    async () => await store.ReadTensorsAsync(
                        new[] { user }, "feed", new ClusterTensors().Bind("n", new float[70].AsMemory(), rows: 7)),
                    Throws.ArgumentException);
                Assert.That(
                    async () => await store.ReadAsync(
                        user, "feed", new ClusterReadOptions { AtLeast = new LogPosition(store.PartitionOf(user) + 1, 0) }),
                    Throws.ArgumentException.With.Message.Contains("AtLeast"));
            }
        }
    }

    private static ReplicaRole RoleOn(InProcessSiloHandle silo) => TestCluster.StoreOn(silo).GetLocalReplicas()[0].Role;
}
