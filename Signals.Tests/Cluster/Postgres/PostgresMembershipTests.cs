using System.Diagnostics;
using Signals.Tests.Reliability;

namespace Signals.Tests.Cluster.Postgres;

/// <summary>A cluster of processes with its membership in PostgreSQL: it forms, loses a machine, and goes on.</summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class PostgresMembershipTests
{
    private static readonly string[] Names = ["ada", "grace", "edsger"];
    private static readonly TimeSpan MostToSettle = TimeSpan.FromSeconds(60);

    // Where nothing else runs it takes less than 3 s; a loaded machine takes longer to notice.
    private static readonly TimeSpan MostToFailOver = TimeSpan.FromSeconds(15);

    [Test]
    public async Task Owner_IsKilled_TheOthersNoticeThroughPostgres()
    {
        if (TestScale.Factor < 1)
        {
            Assert.Ignore("It starts four processes, so it runs at full size only (SIGNALS_TEST_SCALE=1).");
        }

        string root = Directory.CreateTempSubdirectory("signals-postgres-cluster-").FullName;
        using PostgresServer postgres = await PostgresServer.StartAsync();
        PostgresNodeProcess[] nodes =
            [.. Names.Select(name => new PostgresNodeProcess(name, postgres.Connection, Path.Combine(root, name)))];
        try
        {
            await UntilAsync(() => IsSettled(nodes), MostToSettle, nodes);
            PostgresNodeProcess killed = nodes.MaxBy(node => node.Owned.Length)!;
            PostgresNodeProcess[] others = [.. nodes.Where(node => node != killed)];
            string[] lost = killed.Owned;
            killed.Kill();
            long began = Stopwatch.GetTimestamp();
            await UntilAsync(() => lost.All(partition => others.Any(node => node.Owned.Contains(partition))), MostToFailOver, others);
            TestContext.Out.WriteLine(
                $"{lost.Length} partitions were owned elsewhere {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s after the kill");
            await UntilAsync(() => IsSettled(others), MostToSettle, others);
            string[] explained =
                [.. others.SelectMany(node => node.Promotions).Where(came => came[1] == "failover").Select(came => came[0])];
            Assert.That(lost.Except(explained), Is.Empty, string.Join('\n', others.Select(node => node.Errors)));
        }
        finally
        {
            Array.ForEach(nodes, node => node.Dispose());
            Directory.Delete(root, recursive: true);
        }
    }

    // Each node has some, each partition has two replicas that follow, and one of them is the owner.
    private static bool IsSettled(PostgresNodeProcess[] nodes)
    {
        string[][] replicas = [.. nodes.SelectMany(node => node.Replicas)];
        return nodes.All(node => node.Replicas.Length > 0)
            && replicas.Length == 2 * PostgresNode.Partitions && replicas.All(replica => replica[2] == "Following")
            && replicas.Count(replica => replica[1] == "Owner") == PostgresNode.Partitions;
    }

    private static async Task UntilAsync(Func<bool> holds, TimeSpan most, PostgresNodeProcess[] nodes)
    {
        long began = Stopwatch.GetTimestamp();
        while (!holds())
        {
            string Errors() => string.Join('\n', nodes.Select(node => node.Errors));
            Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(most), Errors);
            await Task.Delay(25);
        }
    }
}
