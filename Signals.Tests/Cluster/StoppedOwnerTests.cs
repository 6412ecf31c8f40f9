using Orleans.TestingHost;
using Signals.Orleans;

namespace Signals.Tests.Cluster;

/// <summary>A record that stops one machine alone, such as while the decoder is corrected on one after the other.</summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class StoppedOwnerTests
{
    [Test]
    public async Task Lead_ARecordStopsItAlone_TheOtherMachineOwnsUntilItGoesOn()
    {
        // The one that stands is not late for long after the stop.
        await using TestCluster cluster = await TestCluster.StartAsync(
            silos: 2, partitions: 1, options => options.CompleteWithin = TimeSpan.FromMinutes(1));
        await cluster.SettleAsync();
        InProcessSiloHandle lead = cluster.Silos.Single(silo => RoleOn(silo) == ReplicaRole.Owner);
        InProcessSiloHandle other = cluster.Silos.Single(silo => silo != lead);
        cluster.Log.PoisonedFolder = $"{Path.DirectorySeparatorChar}{lead.Name}{Path.DirectorySeparatorChar}";
        cluster.Log.PoisonAt = 0;
        await TestCluster.StoreOn(other).AppendAsync(TestCluster.View(UserId.From(1), 1));
        await cluster.UntilAsync(
            _ => RoleOn(other) == ReplicaRole.Owner && RoleOn(lead) == ReplicaRole.Standby, "the ownership moves to the other machine");
        long began = Environment.TickCount64;
        while (Environment.TickCount64 - began < 3_000) // several rounds of the caretakers
        {
            Assert.That((RoleOn(other), RoleOn(lead)), Is.EqualTo((ReplicaRole.Owner, ReplicaRole.Standby)));
            await Task.Delay(5);
        }

        Assert.That(
            TestCluster.StoreOn(lead).GetLocalReplicas().Single(),
            Has.Property(nameof(ReplicaReport.State)).EqualTo(ReplicaState.Stopped)
                .And.Property(nameof(ReplicaReport.Lag)).LessThan(TimeSpan.FromMinutes(1)));
        cluster.Log.PoisonAt = -1;
        await cluster.UntilAsync(_ => RoleOn(lead) == ReplicaRole.Owner, "it owns again once it follows");
    }

    private static ReplicaRole? RoleOn(InProcessSiloHandle silo) => TestCluster.StoreOn(silo).GetLocalReplicas().SingleOrDefault()?.Role;
}
