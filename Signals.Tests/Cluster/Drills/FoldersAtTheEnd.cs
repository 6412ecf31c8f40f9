namespace Signals.Tests.Cluster.Drills;

/// <summary>
/// Ends all nodes in order and compares the folders that they leave: the replicas of a partition have the same content. Threads: one test.
/// </summary>
internal static class FoldersAtTheEnd
{
    public static async Task CheckAsync(DrillCluster cluster)
    {
        await cluster.UntilSettledAsync();
        List<SeenReplica> replicas = await cluster.ReplicasAsync();
        foreach (NodeProcess node in cluster.Nodes)
        {
            node.Signal("TERM");
        }

        foreach (NodeProcess node in cluster.Nodes)
        {
            Assert.That(await node.WhenEndedAsync(), Is.Zero, node.Errors);
        }

        foreach (IGrouping<int, SeenReplica> partition in replicas.GroupBy(replica => replica.Partition))
        {
            string[] hashes = [.. partition.Select(replica => HashOf(cluster, replica))];
            Assert.That(hashes, Has.Length.EqualTo(1 + cluster.Options.Standbys));
            Assert.That(hashes.Distinct().Count(), Is.EqualTo(1), $"the replicas of partition {partition.Key} differ");
        }
    }

    private static string HashOf(DrillCluster cluster, SeenReplica replica)
    {
        string folder = DrillSetup.StoreFolder(cluster.FolderOf(replica.Node.Name), replica.Partition);
        using SignalStore store = SignalStore.Open(folder, DrillSetup.Schema, DrillSetup.StoreAt(TimeProvider.System));
        Assert.That(store.GetUsers(DrillSetup.EventType), Is.Not.Empty);
        return DrillSetup.HashOf(store);
    }
}
