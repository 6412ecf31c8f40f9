using Signals.Orleans;

namespace Signals.Tests.Cluster.Drills;

/// <summary>
/// Drills in which the log itself cannot be followed: what a machine needs is gone, or a record stops its partition. The replicas
/// say why and answer as of then or not at all, nobody invents an answer, and all other partitions go on. Threads: one test.
/// </summary>
internal static class LogDrills
{
    // The broker keeps 5 MiB of a partition: more than half of these events, and no more.
    private const int Fills = 7;
    private const int EventsOfAFill = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(3);

    public static IEnumerable<Drill> All =>
    [
        new("the log begins behind the checkpoint", TruncateAsync, DrillBound.WarmStandby),
        new("a record stops its partition", StopAsync, DrillBound.WarmStandby)
        {
            Options = new DrillOptions { KeepsPoison = false },
            FitsStorm = false,
        },
    ];

    // A machine has lost its disk, and checkpoints cannot be sent for so long that the log forgets what comes after the last one.
    private static async Task TruncateAsync(DrillCluster cluster)
    {
        await cluster.UntilCheckpointsAsync(_ => 0);
        NodeProcess lost = await cluster.BusiestAsync();
        int partition = (await cluster.ReplicasAsync()).First(replica => replica.Node == lost).Partition;
        await lost.KillAsync();
        Directory.Delete(cluster.FolderOf(lost.Name), recursive: true);
        await cluster.UntilSettledAsync();
        cluster.SetStorageFault(StorageFault.ReadOnly);
        for (int fill = 0; fill < Fills; fill++)
        {
            await cluster.Load.FillAsync(partition, EventsOfAFill);
            long filled = cluster.Load.EndOf(partition);
            await UntilAsync(
                cluster, partition, replicas => replicas.All(replica => replica.Position >= filled), "those that follow keep up");
        }

        long end = cluster.Load.EndOf(partition);
        await cluster.StartNodeAsync(lost.Name);
        await UntilAsync(
            cluster, partition, replicas => replicas.Any(replica => replica.Node.Name == lost.Name && IsRefusing(replica)),
            "it says what is gone");
        string? health = await cluster.Find(lost.Name).AskAsync("health", Patience);
        Assert.That(health, Does.StartWith("ok Degraded").And.Contains($"partition.{partition}=").And.Contains("records are gone"));
        await WatchAsync(cluster, partition, replica => replica.Node.Name != lost.Name || replica.Lag is null);

        cluster.SetStorageFault(StorageFault.None);
        await cluster.UntilCheckpointsAsync(of => of == partition ? end : 0);
        await cluster.UntilSettledAsync();
    }

    private static bool IsRefusing(SeenReplica replica) =>
        replica.State == ReplicaState.Failed && replica.Error.Contains("records are gone", StringComparison.Ordinal);

    private static bool IsStopped(SeenReplica replica) =>
        replica.State == ReplicaState.Stopped && replica.Lag > Late
        && replica.Error.Contains("cannot be applied", StringComparison.Ordinal);

    // Every replica of the partition stops before the record, until somebody decides: here, to keep such records aside.
    private static async Task StopAsync(DrillCluster cluster)
    {
        int partition = cluster.Random.Next(cluster.Options.Partitions);
        ulong[] users = DrillSetup.UsersOf(cluster.Options.Partitions)[partition];
        cluster.Excuse(partition);
        long offset = await cluster.Load.PoisonAsync(partition);
        await UntilAsync(
            cluster, partition, replicas => replicas.Length > 1 && replicas.All(IsStopped),
            "every replica says which record stops it, and how late it is");
        NodeProcess owner = (await cluster.ReplicasAsync())
            .First(replica => replica.Partition == partition && replica.Role == ReplicaRole.Owner).Node;
        string? health = await owner.AskAsync("health", Patience);
        Assert.That(
            health, Does.StartWith("ok Unhealthy").And.Contains($"partition.{partition}=").And.Contains($"The record at offset {offset}"));
        long began = Environment.TickCount64;
        while (Environment.TickCount64 - began < Watch.TotalMilliseconds)
        {
            foreach (NodeProcess node in cluster.Nodes)
            {
                string? line = await node.AskAsync($"read {users[0]}", Patience);
                DrillAnswer? answer = line is null ? null : DrillAnswer.TryParse(line);
                Assert.That(answer, Is.Not.Null.And.Property("IsComplete").False, line);
                Assert.That(answer!.Position, Is.LessThanOrEqualTo(offset), "nothing behind the record is in any answer");
            }
        }

        cluster.KeepsPoison = true;
        foreach (string name in cluster.Names)
        {
            NodeProcess node = cluster.Find(name);
            node.Signal("TERM");
            Assert.That(await node.WhenEndedAsync(), Is.Zero, node.Errors);
            await cluster.UntilSettledAsync();
            await cluster.StartNodeAsync(name);
            await cluster.UntilSettledAsync();
        }

        await cluster.UntilSettledAsync(alsoExcused: true);
        cluster.Pardon(partition);
    }

    // Until something holds for the replicas of a partition.
    private static async Task UntilAsync(DrillCluster cluster, int partition, Func<SeenReplica[], bool> holds, string what)
    {
        long began = Environment.TickCount64;
        SeenReplica[] replicas;
        do
        {
            await Task.Delay(20);
            replicas = [.. (await cluster.ReplicasAsync()).Where(replica => replica.Partition == partition)];
            Assert.That(
                Environment.TickCount64 - began, Is.LessThan(Patience.TotalMilliseconds),
                $"{what}: {string.Join('\n', replicas.Select(replica => replica.ToString()))}");
        }
        while (!holds(replicas));
    }

    // What must hold for a while, for all replicas of a partition.
    private static async Task WatchAsync(DrillCluster cluster, int partition, Func<SeenReplica, bool> holds)
    {
        long began = Environment.TickCount64;
        while (Environment.TickCount64 - began < Watch.TotalMilliseconds)
        {
            SeenReplica? breach = (await cluster.ReplicasAsync()).Find(replica => replica.Partition == partition && !holds(replica));
            Assert.That(breach, Is.Null);
            await Task.Delay(20);
        }
    }
}
