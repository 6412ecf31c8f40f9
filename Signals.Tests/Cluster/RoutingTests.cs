using Signals.Orleans;

namespace Signals.Tests.Cluster;

[Category("Reliability")]
internal sealed class RoutingTests
{
    [Test]
    public async Task Read_FromAnySilo_SeesWhatWasAppendedAndSaysWhere()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(silos: 3, partitions: 4);
        await cluster.UntilAsync(reports => Owners(reports) == 4 && reports.Count == 8, "four owners and four standbys");
        UserId[] users = [.. Enumerable.Range(1, 20).Select(n => UserId.From((ulong)n))];
        IClusterStore writer = TestCluster.StoreOn(cluster.Silos[0]);
        foreach (UserId user in users)
        {
            LogPosition position = await writer.AppendAsync(TestCluster.View(user, 7));
            foreach (var silo in cluster.Silos)
            {
                using ClusterSequence sequence =
                    await TestCluster.StoreOn(silo).ReadAsync(user, "feed", new ClusterReadOptions { AtLeast = position });
                Assert.That(sequence.Count, Is.EqualTo(1));
                Assert.That(sequence.Field<int>("n")[0], Is.EqualTo(7));
                Assert.That(sequence.Text("country", 0), Is.EqualTo("land 7"));
                Assert.That(sequence.Answer.Partition, Is.EqualTo(position.Partition));
                Assert.That(sequence.Answer.Position, Is.GreaterThanOrEqualTo(position.Offset));
                Assert.That(sequence.Answer.Lag, Is.Not.Null);
            }
        }
    }

    [Test]
    public async Task Read_WhoseReplicaIsHere_CompletesAtOnceAndAllocatesNothing()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(silos: 1, partitions: 1, options => options.Standbys = 0);
        await cluster.UntilAsync(
            reports => reports is [{ Role: ReplicaRole.Owner, State: ReplicaState.Following }], "one owner that has caught up");
        UserId user = UserId.From(1);
        IClusterStore store = TestCluster.StoreOn(cluster.Silos[0]);
        LogPosition position = await store.AppendAsync(TestCluster.View(user, 7));
        ClusterQuery query = new() { EventTypes = ["view"], Last = 10, Columns = ["n"] };
        (await store.ReadAsync(user, query, new ClusterReadOptions { AtLeast = position })).Dispose();
        long allocated = long.MaxValue;
        for (int time = 0; time < 5 && allocated > 0; time++) // what the store prepares once may come late
        {
            allocated = Allocated(store, user, query);
        }

        Assert.That(allocated, Is.Zero);
    }

    private static long Allocated(IClusterStore store, UserId user, ClusterQuery query)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 500; i++)
        {
            ValueTask<ClusterSequence> byQuery = store.ReadAsync(user, query);
            ValueTask<ClusterSequence> byDefinition = store.ReadAsync(user, "feed");
            if (!byQuery.IsCompletedSuccessfully || !byDefinition.IsCompletedSuccessfully)
            {
                throw new AssertionException("A read whose replica is here had to wait.");
            }

            byQuery.Result.Dispose();
            byDefinition.Result.Dispose();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static int Owners(IReadOnlyList<ReplicaReport> reports) => reports.Count(report => report.Role == ReplicaRole.Owner);
}
