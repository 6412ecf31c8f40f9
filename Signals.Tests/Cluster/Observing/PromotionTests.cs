using Orleans.TestingHost;
using Signals.Orleans;
using Signals.Tests.Reliability;

namespace Signals.Tests.Cluster.Observing;

/// <summary>
/// Why owners came to a machine: one that joins, and others when one stops in order. A machine that is lost without a word takes a process
/// (<see cref="Postgres.PostgresMembershipTests"/>), because a silo of this process says that it stops even when it is killed.
/// </summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class PromotionTests
{
    private const int Partitions = 8;

    [Test]
    public async Task Promotions_AMachineJoinsAndStops_AreNoFailovers()
    {
        if (TestScale.Factor < 1)
        {
            Assert.Ignore("It takes some seconds, so it runs at full size only (SIGNALS_TEST_SCALE=1).");
        }

        using ClusterMeasured measured = new();
        await using TestCluster cluster = await TestCluster.StartAsync(silos: 2, Partitions);
        await cluster.SettleAsync();
        InProcessSiloHandle joined = await cluster.JoinAsync();
        await cluster.UntilAsync(
            reports => Owners(reports) == Partitions && reports.Count == 2 * Partitions
                && reports.Any(report => report.Silo == joined.Name && report.Role == ReplicaRole.Owner),
            "the new silo owns some partitions");
        Assert.That(measured.Sum("signals.cluster.promotions", "signals.reason=moved", $"signals.silo={joined.Name}"), Is.GreaterThan(0));
        Assert.That(measured.Sum("signals.cluster.promotions", "signals.reason=failover"), Is.Zero);

        await cluster.StopAsync(joined);
        await cluster.SettleAsync();
        Assert.That(measured.Sum("signals.cluster.promotions", "signals.reason=failover"), Is.Zero, "it stopped in order");
    }

    private static int Owners(IReadOnlyList<ReplicaReport> reports) => reports.Count(report => report.Role == ReplicaRole.Owner);
}
