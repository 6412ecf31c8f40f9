using Orleans.TestingHost;
using Signals.Checkpoints;
using Signals.Orleans;

namespace Signals.Tests.Cluster;

/// <summary>A machine that joins begins with the owner's checkpoint, and not with the log's first record.</summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class ClusterCheckpointTests
{
    [Test]
    public async Task Join_TheLogHasLostItsBeginning_TheCheckpointHasIt()
    {
        string shared = Directory.CreateTempSubdirectory("signals-shared-").FullName;
        try
        {
            await using TestCluster cluster = await TestCluster.StartAsync(silos: 1, partitions: 2, options => options.UseCheckpoints(
                partition => new FolderTarget(Path.Combine(shared, $"{partition}")),
                new CheckpointScheduleOptions { Interval = TimeSpan.FromSeconds(1), PollInterval = TimeSpan.FromMilliseconds(100) }));
            IClusterStore first = TestCluster.StoreOn(cluster.Silos[0]);
            for (int n = 1; n <= 20; n++)
            {
                await first.AppendAsync(TestCluster.View(UserId.From((ulong)n), n));
            }

            await UntilCheckpointsAreAtTheEndAsync(cluster, shared);
            cluster.Log.ForgetBefore(partition => cluster.Log.EndOf(partition));
            InProcessSiloHandle joined = await cluster.JoinAsync();
            await cluster.UntilAsync(
                reports => reports.Count == 4 && reports.All(report => report.State == ReplicaState.Following),
                "two replicas of each partition");
            Assert.That(TestCluster.StoreOn(joined).GetLocalReplicas(), Has.Count.EqualTo(2));
            for (int n = 1; n <= 20; n++)
            {
                using ClusterSequence sequence = await TestCluster.StoreOn(joined).ReadAsync(UserId.From((ulong)n), "feed");
                Assert.That(sequence.Answer.IsLocal);
                Assert.That(sequence.Ids.ToArray(), Is.EqualTo(new[] { (ulong)n }));
            }
        }
        finally
        {
            Directory.Delete(shared, recursive: true);
        }
    }

    private static async Task UntilCheckpointsAreAtTheEndAsync(TestCluster cluster, string shared)
    {
        long began = Environment.TickCount64;
        for (int partition = 0; partition < 2; partition++)
        {
            CheckpointRestorer restorer = new(new FolderTarget(Path.Combine(shared, $"{partition}")));
            while (true)
            {
                StoredCheckpoint? current = await restorer.FindCurrentAsync();
                if (current?.Position.Sources.Any(source => source.Position == cluster.Log.EndOf(partition)) == true)
                {
                    break;
                }

                Assert.That(Environment.TickCount64 - began, Is.LessThan(20_000), "no checkpoint came to the end of the log");
                await Task.Delay(50);
            }
        }
    }
}
