using Signals.Orleans;

namespace Signals.Tests.Cluster.Drills;

/// <summary>Drills that harm machines. Each ends when all machines run again. Threads: one test.</summary>
internal static class MachineDrills
{
    private static readonly TimeSpan LearnsOfItsDeath = TimeSpan.FromSeconds(20);

    public static IEnumerable<Drill> All =>
    [
        new("an owner is killed", KillOwnerAsync, DrillBound.WarmStandby),
        new("a standby is killed", KillStandbyAsync, DrillBound.WarmStandby),
        new("the only standby is killed", KillStandbyAsync, DrillBound.WarmStandby)
        {
            Options = new DrillOptions { Partitions = 1 },
            FitsStorm = false,
        },
        new("two nodes are killed at once", KillTwoAsync, DrillBound.Outvoted),
        new("a node is told to stop", TerminateAsync, DrillBound.WarmStandby),
        new("a node hangs and is declared dead", HangAsync, DrillBound.WarmStandby),
        new("a node stands still for a moment", StandStillAsync, DrillBound.WarmStandby),
        new("the disk of a node is lost", LoseDiskAsync, DrillBound.WarmStandby),
        new("an owner without a standby is killed", KillOwnerAsync, DrillBound.NoStandby)
        {
            Options = new DrillOptions { Standbys = 0 },
            FitsStorm = false,
        },
    ];

    private static async Task KillOwnerAsync(DrillCluster cluster)
    {
        NodeProcess owner = await cluster.BusiestAsync();
        await owner.KillAsync();
        await cluster.UntilSettledAsync();
        await cluster.StartNodeAsync(owner.Name);
    }

    // The node whose standbys outnumber what it owns most; with one partition it owns nothing, and no ownership moves.
    private static async Task KillStandbyAsync(DrillCluster cluster)
    {
        NodeProcess standby = (await cluster.ReplicasAsync()).GroupBy(replica => replica.Node)
            .MaxBy(held => held.Sum(replica => replica.Role == ReplicaRole.Standby ? 1 : -1))!.Key;
        await standby.KillAsync();
        await cluster.UntilSettledAsync();
        await cluster.StartNodeAsync(standby.Name);
    }

    // With three nodes the partitions that the two shared lose both replicas, and the third one opens them anew.
    private static async Task KillTwoAsync(DrillCluster cluster)
    {
        NodeProcess first = await cluster.BusiestAsync();
        NodeProcess second = cluster.Nodes.First(node => node != first);
        await Task.WhenAll(first.KillAsync(), second.KillAsync());
        await cluster.UntilSettledAsync();
        await Task.WhenAll(cluster.StartNodeAsync(first.Name), cluster.StartNodeAsync(second.Name));
    }

    private static async Task TerminateAsync(DrillCluster cluster)
    {
        NodeProcess owner = await cluster.BusiestAsync();
        owner.Signal("TERM");
        Assert.That(await owner.WhenEndedAsync(), Is.Zero, owner.Errors);
        await cluster.UntilSettledAsync();
        await cluster.StartNodeAsync(owner.Name);
    }

    private static async Task HangAsync(DrillCluster cluster)
    {
        NodeProcess owner = await cluster.BusiestAsync();
        owner.Signal("STOP");
        await Task.Delay(TimeSpan.FromSeconds(6 + (3 * cluster.Random.NextDouble())));
        owner.Signal("CONT");
        await ReviveAsync(cluster, owner); // It answers what had been asked, and may learn that it was declared dead.
    }

    // Too short to be declared dead on a machine that is not overloaded. What it says has the lag of the time that it stood still.
    private static async Task StandStillAsync(DrillCluster cluster)
    {
        NodeProcess owner = await cluster.BusiestAsync();
        owner.Signal("STOP");
        await Task.Delay(TimeSpan.FromSeconds(1));
        owner.Signal("CONT");
        await Task.Delay(TimeSpan.FromSeconds(1));
        await ReviveAsync(cluster, owner);
    }

    private static async Task LoseDiskAsync(DrillCluster cluster)
    {
        await cluster.UntilCheckpointsAsync(_ => 0);
        NodeProcess owner = await cluster.BusiestAsync();
        await owner.KillAsync();
        Directory.Delete(cluster.FolderOf(owner.Name), recursive: true);
        await cluster.UntilSettledAsync();
        await cluster.StartNodeAsync(owner.Name);
    }

    /// <summary>
    /// Waits until a node ends itself, because the others have declared it dead, and starts it again; or until they count it in.
    /// </summary>
    public static async Task ReviveAsync(DrillCluster cluster, NodeProcess node)
    {
        long began = Environment.TickCount64;
        while (node.IsRunning && Environment.TickCount64 - began < LearnsOfItsDeath.TotalMilliseconds)
        {
            if (await IsMemberAsync(cluster, node))
            {
                node.Pardon();
                return;
            }

            await Task.Delay(100);
        }

        Assert.That(node.IsRunning, Is.False, $"{node.Name} was declared dead and did not end itself:\n{node.Errors}");
        await cluster.StartNodeAsync(node.Name);
    }

    // Whether all the others still count it among the active machines.
    private static async Task<bool> IsMemberAsync(DrillCluster cluster, NodeProcess node)
    {
        string?[] views = await Task.WhenAll(cluster.Nodes.Where(other => other.IsWell && other != node)
            .Select(other => other.AskAsync("machines", TimeSpan.FromSeconds(1))));
        return views.Length > 0 && Array.TrueForAll(views, view => view is not null && view[3..].Split(';').Contains(node.Name));
    }
}
