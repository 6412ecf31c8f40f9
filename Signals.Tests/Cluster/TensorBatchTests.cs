using Signals.Orleans;
using Signals.Serving;

namespace Signals.Tests.Cluster;

/// <summary>What the memory of a batch says after a read of it that fails.</summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class TensorBatchTests
{
    [Test]
    public void Begin_AfterAnotherBatch_NothingIsLeftOfIt()
    {
        ClusterTensors tensors = new ClusterTensors().Bind("n", new float[16].AsMemory(), rows: 8);
        tensors.Begin(2);
        tensors.Set([0, 1], [ServingStatus.Truncated, ServingStatus.Truncated], [3, 4]);
        tensors.Set([0, 1], new ClusterAnswer
        {
            Partition = 7,
            Position = 9,
            Role = ReplicaRole.Owner,
            LagRecords = 0,
            Lag = TimeSpan.Zero,
            IsComplete = true,
            IsLocal = true,
        });
        tensors.Begin(1);
        Assert.That(tensors.Lengths.ToArray(), Is.EqualTo(new[] { 0 }));
        Assert.That(tensors.Statuses.ToArray(), Is.EqualTo(new[] { default(ServingStatus) }));
        Assert.That(tensors.Answers.ToArray(), Is.EqualTo(new[] { default(ClusterAnswer) }));
        Assert.That(() => tensors.Begin(3), Throws.ArgumentException);
        Assert.That(tensors.UserCount, Is.Zero, "the batch did not begin");
    }

    [Test]
    public async Task ReadTensors_TheReadTakesLongerThanMaxLag_FailsAndLeavesNoAnswers()
    {
        SlowFilter filter = new();
        await using TestCluster cluster = await TestCluster.StartAsync(silos: 1, partitions: 1, options =>
        {
            options.Standbys = 0;
            options.OnStoreOpened(store => store.Definitions.Register(TestCluster.Feed, stages: new SequenceStages { Filter = filter }));
        });
        await cluster.UntilAsync(
            reports => reports is [{ Role: ReplicaRole.Owner, State: ReplicaState.Following }], "one owner that has caught up");
        IClusterStore store = TestCluster.StoreOn(cluster.Silos[0]);
        UserId[] users = [UserId.From(1)];
        LogPosition position = await store.AppendAsync(TestCluster.View(users[0], 7));
        float[] memory = new float[8];
        ClusterTensors tensors = new ClusterTensors().Bind("n", memory.AsMemory(), rows: 8);
        await store.ReadTensorsAsync(users, "feed", tensors, new ClusterReadOptions { AtLeast = position });
        Assert.That(tensors.UserCount, Is.EqualTo(1));
        Array.Clear(memory);
        filter.Time = TimeSpan.FromMilliseconds(600);
        Assert.That(
            async () => await store.ReadTensorsAsync(
                users, "feed", tensors, new ClusterReadOptions { MaxLag = TimeSpan.FromMilliseconds(500) }),
            Throws.InstanceOf<PartitionUnavailableException>());
        Assert.That(tensors.UserCount, Is.Zero);
        Assert.That(memory, Is.All.Zero, "an answer that is too late is not written");
    }

    private sealed class SlowFilter : IFilterStage
    {
        public TimeSpan Time { get; set; }

        public void Filter(RowSet rows)
        {
            using ManualResetEventSlim never = new();
            never.Wait(Time);
        }
    }
}
