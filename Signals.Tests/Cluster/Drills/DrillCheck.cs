using System.Collections.Concurrent;

namespace Signals.Tests.Cluster.Drills;

/// <summary>
/// Compares a cluster at rest with what was acknowledged: through every node each event is there once, and the replicas of a partition
/// have the same content. Threads: one test.
/// </summary>
internal static class DrillCheck
{
    private const int AtOnce = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Checks a cluster that is settled while nothing is appended.</summary>
    public static async Task<CheckResult> RunAsync(DrillCluster cluster)
    {
        ConcurrentQueue<string> lost = [];
        ConcurrentQueue<string> twice = [];
        ulong[][] users = DrillSetup.UsersOf(cluster.Options.Partitions);
        var reads = from node in cluster.Nodes.Where(node => node.IsRunning)
                    from partition in Enumerable.Range(0, users.Length)
                    from user in users[partition]
                    select (node, partition, user);
        await Parallel.ForEachAsync(reads, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (read, _) =>
        {
            string? line = await read.node.AskAsync($"readto {read.user} {cluster.Load.EndOf(read.partition)}", Patience);
            DrillAnswer? answer = line is null ? null : DrillAnswer.TryParse(line);
            Compare(cluster.Load.Acknowledged(read.user), answer, $"{read.node.Name}, user {read.user}: ", line, lost, twice);
        });
        return new CheckResult([.. lost], [.. twice], await DifferencesAsync(cluster));
    }

    private static void Compare(
        ulong[] acknowledged, DrillAnswer? answer, string who, string? line, ConcurrentQueue<string> lost, ConcurrentQueue<string> twice)
    {
        if (answer is null)
        {
            lost.Enqueue($"{who}no answer: {line}");
            return;
        }

        foreach (ulong id in acknowledged.Except(answer.Ids))
        {
            lost.Enqueue($"{who}{id} was acknowledged and is not there: {line}");
        }

        foreach (ulong id in answer.Ids.Except(acknowledged).Concat(answer.Ids.GroupBy(id => id).Where(same => same.Count() > 1)
            .Select(same => same.Key)))
        {
            twice.Enqueue($"{who}{id} is there twice, or nobody sent it");
        }
    }

    private static async Task<IReadOnlyList<string>> DifferencesAsync(DrillCluster cluster)
    {
        List<string> different = [];
        foreach (var replicas in (await cluster.ReplicasAsync()).GroupBy(replica => replica.Partition))
        {
            long end = cluster.Load.EndOf(replicas.Key);
            string?[] hashes = await Task.WhenAll(
                replicas.Select(replica => replica.Node.AskAsync($"hash {replica.Partition} {end}", Patience)));
            if (hashes.Any(hash => hash?.StartsWith("ok ", StringComparison.Ordinal) != true) || hashes.Distinct().Count() != 1)
            {
                different.Add($"the replicas of partition {replicas.Key} differ: "
                    + string.Join("; ", replicas.Zip(hashes, (replica, hash) => $"{replica.Node.Name} {hash}")));
            }
        }

        return different;
    }
}
