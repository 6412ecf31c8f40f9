using Signals.Kafka;

namespace Signals.Tests.Cluster.Drills;

/// <summary>Drills that harm what the machines stand on. Each ends when all of it is back. Threads: one test.</summary>
internal static class OutageDrills
{
    private static readonly TimeSpan LogAway = TimeSpan.FromSeconds(5);

    // Until then a client waits for an answer: 10 s, a fetch's wait, and a look each second at what is late.
    private static readonly TimeSpan SilenceNoticed = TimeSpan.FromSeconds(12);

    public static IEnumerable<Drill> All =>
    [
        new("the membership store is away", LoseMembershipAsync, DrillBound.WarmStandby),
        new("an owner is killed, membership is away", KillWithoutMembershipAsync, DrillBound.WarmStandby),
        new("Kafka is away", cluster => LoseLogAsync(cluster, LogAway), DrillBound.LogAway(LogAway)),
        new("Kafka is away for long", cluster => LoseLogAsync(cluster, 5 * LogAway), DrillBound.LogAway(5 * LogAway)) { FitsStorm = false },
        new("the broker falls silent", FallSilentAsync, DrillBound.LogAway(SilenceNoticed)) { FitsStorm = false },
        .. Enum.GetValues<StorageFault>().Where(fault => fault != StorageFault.None).Select(fault => new Drill(
            $"checkpoint storage is {Words(fault)}, an owner is killed",
            cluster => HarmStorageAsync(cluster, fault),
            DrillBound.WarmStandby)),
        new("clocks are an hour off, an owner is killed", SkewClocksAsync, DrillBound.WarmStandby) { FitsStorm = false },
        new("clocks jump by an hour, an owner is killed", JumpClocksAsync, DrillBound.WarmStandby),
        new("a record that no replica can apply", PoisonAsync, DrillBound.WarmStandby),
    ];

    private static string Words(StorageFault fault) => fault switch
    {
        StorageFault.Down => "away",
        StorageFault.Slow => "slow",
        StorageFault.ReadOnly => "read-only",
        _ => "torn",
    };

    private static async Task LoseMembershipAsync(DrillCluster cluster)
    {
        cluster.Redis.TakeDown();
        await Task.Delay(TimeSpan.FromSeconds(8));
        await cluster.Redis.BringUpAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
    }

    // Nobody can be declared dead meanwhile, so the standbys answer until the membership is back.
    private static async Task KillWithoutMembershipAsync(DrillCluster cluster)
    {
        NodeProcess owner = await cluster.BusiestAsync();
        cluster.Redis.TakeDown();
        await owner.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(6));
        await cluster.Redis.BringUpAsync();
        await cluster.UntilSettledAsync();
        await cluster.StartNodeAsync(owner.Name);
    }

    private static async Task LoseLogAsync(DrillCluster cluster, TimeSpan away)
    {
        cluster.Broker.TakeDown();
        try
        {
            await Task.Delay(away);
            Assert.That(
                (await cluster.ReplicasAsync()).All(replica => replica.Lag is null || replica.Lag > away - TimeSpan.FromSeconds(2)),
                "nobody knows of anything that was acknowledged since the log went away");
        }
        finally
        {
            cluster.Broker.BringUp();
        }
    }

    // Its machine loses its power and starts again at once: old connections stay open, and nobody answers on them any more. The load waits
    // for a minute for its answer.
    private static async Task FallSilentAsync(DrillCluster cluster)
    {
        cluster.Broker.FallSilent();
        cluster.Broker.BringUp();
        await Task.Delay(SilenceNoticed);
    }

    // The machine that comes back has its folder, and needs nothing from the storage; what the storage holds is not damaged by it.
    private static async Task HarmStorageAsync(DrillCluster cluster, StorageFault fault)
    {
        await cluster.UntilCheckpointsAsync(_ => 0);
        cluster.SetStorageFault(fault);
        NodeProcess owner = await cluster.BusiestAsync();
        await Task.Delay(TimeSpan.FromSeconds(3));
        await owner.KillAsync();
        await cluster.UntilSettledAsync();
        await cluster.StartNodeAsync(owner.Name);
        await cluster.UntilSettledAsync();
        cluster.SetStorageFault(StorageFault.None);
        long[] ends = [.. Enumerable.Range(0, cluster.Options.Partitions).Select(cluster.Load.EndOf)];
        await cluster.UntilCheckpointsAsync(partition => ends[partition]);
    }

    // One machine runs an hour ahead from its start on, another an hour behind.
    private static async Task SkewClocksAsync(DrillCluster cluster)
    {
        NodeProcess owner = await cluster.BusiestAsync();
        string behind = cluster.Names.First(name => name != owner.Name);
        await RestartAsync(cluster, owner.Name, clockSeconds: 3600);
        await RestartAsync(cluster, behind, clockSeconds: -3600);
        await Task.Delay(TimeSpan.FromSeconds(1));
        await cluster.Find(owner.Name).KillAsync();
        await cluster.UntilSettledAsync();
        await cluster.StartNodeAsync(owner.Name, clockSeconds: 0);
        await cluster.UntilSettledAsync();
        await RestartAsync(cluster, behind, clockSeconds: 0);
    }

    private static async Task RestartAsync(DrillCluster cluster, string name, int clockSeconds)
    {
        NodeProcess node = cluster.Find(name);
        node.Signal("TERM");
        Assert.That(await node.WhenEndedAsync(), Is.Zero, node.Errors);
        await cluster.UntilSettledAsync();
        await cluster.StartNodeAsync(name, clockSeconds);
        await cluster.UntilSettledAsync();
    }

    // A machine whose clock was set back starts again before anyone else goes: until then Orleans waits for the time that it has seen
    // already, so the machine learns who goes only if gossip tells it.
    private static async Task JumpClocksAsync(DrillCluster cluster)
    {
        NodeProcess owner = await cluster.BusiestAsync();
        string[] others = [.. cluster.Names.Where(name => name != owner.Name)];
        await SetClockAsync(cluster, others[0], 3600);
        await SetClockAsync(cluster, others[1], -3600);
        await Task.Delay(TimeSpan.FromSeconds(1));
        await owner.KillAsync();
        await cluster.UntilSettledAsync();
        await cluster.StartNodeAsync(owner.Name);
        await cluster.UntilSettledAsync();
        await cluster.Find(others[1]).KillAsync(); // It would wait with its end, too.
        await cluster.UntilSettledAsync();
        await cluster.StartNodeAsync(others[1]);
        await cluster.UntilSettledAsync();
        await RestartAsync(cluster, others[0], clockSeconds: 0);
    }

    private static async Task SetClockAsync(DrillCluster cluster, string name, int seconds) =>
        Assert.That(await cluster.Find(name).AskAsync($"clock {seconds}", TimeSpan.FromSeconds(5)), Is.EqualTo("ok"));

    // Every replica that follows keeps it, for the same reason, and goes on behind it.
    private static async Task PoisonAsync(DrillCluster cluster)
    {
        int partition = cluster.Random.Next(cluster.Options.Partitions);
        SeenReplica[] replicas = [.. (await cluster.ReplicasAsync()).Where(replica => replica.Partition == partition)];
        long offset = await cluster.Load.PoisonAsync(partition);
        List<PoisonRecord> kept = [];
        foreach (SeenReplica replica in replicas)
        {
            kept.Add(await KeptAsync(DrillSetup.PoisonFile(cluster.FolderOf(replica.Node.Name), partition), offset));
        }

        Assert.That(kept.Select(record => record.Reason).Distinct().Count(), Is.EqualTo(1), "all replicas give the same reason");
        Assert.That(kept.Select(record => record.Value?.Length), Is.All.EqualTo(3));
        long began = Environment.TickCount64;
        while ((await cluster.ReplicasAsync()).Any(replica => replica.Partition == partition && replica.Position <= offset))
        {
            Assert.That(Environment.TickCount64 - began, Is.LessThan(20_000), $"a replica stands at the poison record {offset}");
            await Task.Delay(20);
        }
    }

    private static async Task<PoisonRecord> KeptAsync(string file, long offset)
    {
        long began = Environment.TickCount64;
        while (Environment.TickCount64 - began < 20_000)
        {
            if (File.Exists(file) && PoisonFile.Read(file).FirstOrDefault(record => record.Offset == offset) is PoisonRecord found)
            {
                return found;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"The record at {offset} did not come to '{file}'.");
    }
}
