using Orleans.TestingHost;
using Signals.Orleans;
using Signals.Tests.Cluster.Drills;

namespace Signals.Tests.Cluster;

[Category("Reliability")]
[NonParallelizable]
internal sealed class FailoverTests
{
    private const int Partitions = 4;

    [Test]
    public async Task Owner_IsKilled_ItsStandbyTakesOverWithEverythingAcknowledged()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(silos: 3, Partitions);
        await cluster.SettleAsync();
        UserId[] users = [.. Enumerable.Range(1, 40).Select(n => UserId.From((ulong)n))];
        Dictionary<UserId, LogPosition> acknowledged = [];
        IClusterStore first = TestCluster.StoreOn(cluster.Silos[0]);
        foreach (UserId user in users)
        {
            acknowledged[user] = await first.AppendAsync(TestCluster.View(user, 1));
        }

        InProcessSiloHandle killed = cluster.Silos.First(
            silo => TestCluster.StoreOn(silo).GetLocalReplicas().Any(report => report.Role == ReplicaRole.Owner));
        await cluster.KillAsync(killed);
        IClusterStore reader = TestCluster.StoreOn(cluster.Silos[0]);
        foreach (UserId user in users)
        {
            using ClusterSequence sequence =
                await reader.ReadAsync(user, "feed", new ClusterReadOptions { AtLeast = acknowledged[user] });
            Assert.That(sequence.Count, Is.EqualTo(1), $"{user} {sequence.Answer}");
            Assert.That(sequence.Answer.Lag, Is.Not.Null);
        }

        await cluster.UntilAsync(
            reports => Owners(reports) == Partitions && reports.Count(IsFollowing) == 2 * Partitions, "owners and standbys on two silos");
    }

    [Test]
    public async Task Silo_Joins_ItWarmsUpFirstAndThenOwnsItsPartitions()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(silos: 2, partitions: 16);
        await cluster.UntilAsync(reports => Owners(reports) == 16 && reports.Count(IsFollowing) == 32, "sixteen owners, two replicas each");
        IClusterStore first = TestCluster.StoreOn(cluster.Silos[0]);
        for (int n = 1; n <= 50; n++)
        {
            await first.AppendAsync(TestCluster.View(UserId.From((ulong)n), n));
        }

        InProcessSiloHandle joined = await cluster.JoinAsync();
        await cluster.UntilAsync(
            reports => Owners(reports) == 16 && reports.Count == 32 && reports.All(IsFollowing)
                && reports.Any(report => report.Silo == joined.Name && report.Role == ReplicaRole.Owner),
            "the new silo owns some partitions, and no partition has more than two replicas");
        for (int n = 1; n <= 50; n++)
        {
            using ClusterSequence sequence = await TestCluster.StoreOn(joined).ReadAsync(UserId.From((ulong)n), "feed");
            Assert.That(sequence.Ids.ToArray(), Is.EqualTo(new[] { (ulong)n }), sequence.Answer.ToString());
            Assert.That(sequence.Answer.IsComplete);
        }
    }

    [Test]
    public async Task Silo_JoinsAndDoesNotCatchUp_OwnsNothing()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(silos: 2, partitions: 16);
        await cluster.UntilAsync(reports => Owners(reports) == 16 && reports.Count(IsFollowing) == 32, "sixteen owners, two replicas each");
        IClusterStore first = TestCluster.StoreOn(cluster.Silos[0]);
        for (int n = 1; n <= 64; n++)
        {
            await first.AppendAsync(TestCluster.View(UserId.From((ulong)n), n));
        }

        cluster.Log.HeldBack = $"{Path.DirectorySeparatorChar}Silo_2{Path.DirectorySeparatorChar}";
        InProcessSiloHandle joined = await cluster.JoinAsync();
        Assert.That(joined.Name, Is.EqualTo("Silo_2"));
        await cluster.UntilAsync(
            reports => reports.Any(report => report.Silo == joined.Name && report.State == ReplicaState.CatchingUp),
            "a replica that warms up");
        await Task.Delay(TimeSpan.FromSeconds(2)); // several rounds of the caretakers
        IReadOnlyList<ReplicaReport> here = TestCluster.StoreOn(joined).GetLocalReplicas();
        Assert.That(here.Select(report => report.Role), Is.All.EqualTo(ReplicaRole.Standby), "it has not caught up");
        IEnumerable<InProcessSiloHandle> others = cluster.Silos.Where(silo => silo != joined);
        Assert.That(others.Sum(silo => Owners(TestCluster.StoreOn(silo).GetLocalReplicas())), Is.EqualTo(16));
        cluster.Log.HeldBack = "";
        await cluster.UntilAsync(
            reports => reports.Any(report => report.Silo == joined.Name && report.Role == ReplicaRole.Owner), "it owns once it is fresh");
    }

    [Test]
    public async Task Silo_StopsInOrder_ReadsGoOnAndTheOwnersMove()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(silos: 2, Partitions);
        await cluster.SettleAsync();
        IClusterStore first = TestCluster.StoreOn(cluster.Silos[0]);
        UserId[] users = [.. Enumerable.Range(1, 20).Select(n => UserId.From((ulong)n))];
        Dictionary<UserId, LogPosition> acknowledged = [];
        foreach (UserId user in users)
        {
            acknowledged[user] = await first.AppendAsync(TestCluster.View(user, 1));
        }

        InProcessSiloHandle stopped = cluster.Silos[1];
        Task stopping = cluster.StopAsync(stopped);
        while (!stopping.IsCompleted)
        {
            foreach (UserId user in users)
            {
                using ClusterSequence sequence =
                    await first.ReadAsync(user, "feed", new ClusterReadOptions { AtLeast = acknowledged[user] });
                Assert.That(sequence.Count, Is.EqualTo(1), sequence.Answer.ToString());
            }

            await Task.Delay(1);
        }

        await stopping;
        await cluster.UntilAsync(reports => Owners(reports) == Partitions, "every partition has an owner");
        string folder = Directory.GetDirectories(cluster.FolderOf(stopped.Name))[0];
        Assert.That(() => SignalStore.Open(folder, TestCluster.Schema).Dispose(), Throws.Nothing, "the silo closed its stores");
    }

    [Test]
    public async Task Owner_StopsAfterTheClockWasSetBack_TheOtherSiloOwnsItsPartitions()
    {
        DrillClock clock = new();
        await using TestCluster cluster = await TestCluster.StartAsync(silos: 2, Partitions, clock: clock);
        await cluster.SettleAsync();
        InProcessSiloHandle owner = cluster.Silos.MaxBy(silo => Owners(TestCluster.StoreOn(silo).GetLocalReplicas()))!;
        clock.Offset = -TimeSpan.FromHours(1);
        await cluster.StopAsync(owner);
        await cluster.UntilAsync(
            reports => Owners(reports) == Partitions && reports.Count == Partitions, "the silo that is left owns every partition");
    }

    private static int Owners(IReadOnlyList<ReplicaReport> reports) => reports.Count(report => report.Role == ReplicaRole.Owner);

    private static bool IsFollowing(ReplicaReport report) => report.State == ReplicaState.Following;
}
