using Signals.Orleans;

namespace Signals.Tests.Cluster.Drills;

/// <summary>The network between machines is cut and comes back. Each machine is in a namespace of the network of its own.</summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class NetworkDrillTests
{
    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(10);

    [Test]
    public async Task Network_AnOwnerIsCutOff_ItSaysHowLateItIsAndTheOthersGoOn()
    {
        await RunAsync(new Drill("an owner is cut off", CutOffAsync, DrillBound.WarmStandby));
    }

    [Test]
    public async Task Network_TwoMachinesDoNotReachEachOther_BothGoOn()
    {
        await RunAsync(new Drill("two machines do not reach each other", PartAsync, DrillBound.WarmStandby));
    }

    private static async Task RunAsync(Drill drill)
    {
        if (!StormTests.IsLongRun)
        {
            Assert.Ignore("This drill is one of the long run: set SIGNALS_DRILLS.");
        }

        using DrillNetwork network = DrillNetwork.Create(nodes: 3);
        await using DrillCluster cluster = await DrillCluster.StartAsync(new DrillOptions { Network = network });
        DrillResult result = await DrillRun.RunAsync(cluster, drill);
        await TestContext.Out.WriteLineAsync($"{DrillResult.Header}\n{result.Row}");
        Assert.That(result.Violations(), Is.Empty);
        await FoldersAtTheEnd.CheckAsync(cluster);
    }

    private static async Task CutOffAsync(DrillCluster cluster)
    {
        NodeProcess owner = await cluster.BusiestAsync();
        int index = IndexOf(cluster, owner);
        owner.Harm();
        cluster.Options.Network!.Cut(index);
        await Task.Delay(Cut);
        SeenReplica[] there = [.. (await cluster.ReplicasAsync()).Where(replica => replica.Node == owner)];
        Assert.That(there, Is.Not.Empty);
        Assert.That(
            there.All(replica => replica.Lag is null || replica.Lag > Cut - TimeSpan.FromSeconds(3)), "it does not hear the log");
        Assert.That(
            (await cluster.ReplicasAsync()).Count(replica => replica.Node != owner && replica.Role == ReplicaRole.Owner),
            Is.EqualTo(cluster.Options.Partitions), "the others own every partition");
        cluster.Options.Network!.Join(index);
        await MachineDrills.ReviveAsync(cluster, owner);
    }

    private static async Task PartAsync(DrillCluster cluster)
    {
        NodeProcess one = await cluster.BusiestAsync();
        NodeProcess other = cluster.Nodes.First(node => node != one);
        int first = IndexOf(cluster, one);
        int second = IndexOf(cluster, other);
        cluster.Options.Network!.Part(first, second);
        await Task.Delay(Cut);
        cluster.Options.Network!.Reunite(first, second);
        await Task.Delay(TimeSpan.FromSeconds(2));
        foreach (string name in cluster.Names.Where(name => cluster.TryFind(name) is null))
        {
            await cluster.StartNodeAsync(name); // The others may have voted one of the two out.
        }
    }

    private static int IndexOf(DrillCluster cluster, NodeProcess node) => cluster.Names.ToList().IndexOf(node.Name);
}
