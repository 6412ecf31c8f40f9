using Signals.Kafka;

namespace Signals.Tests.Kafka;

/// <summary>What a broker may hand out that is no readable record: nothing of it may leave a gap.</summary>
[Category("Kafka")]
internal sealed class FetchFaultTests
{
    [Test]
    public async Task RunAsync_ARecordWhoseChecksumDoesNotFit_StopsBeforeItAndPassesNothingOver()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        RawBatch.Send(bench.Broker.BootstrapServers, [1, 2, 3], LogBench.TimeMs(0), hasRightChecksum: false);
        await bench.Log.AppendAsync(LogBench.View(1, 2));
        await using SignalStore store = bench.OpenStore();
        KafkaPartitionOptions options = bench.Options with { Poison = PoisonPolicy.ToFolder(bench.PathOf("poison")) };
        await using RunningPartition running = LogBench.Run(store, options);
        Exception error = await running.FailureAsync();
        Assert.That(error, Is.TypeOf<RecordUnreadableException>());
        Assert.That(((RecordUnreadableException)error).Offset, Is.EqualTo(1));
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 1 }));
        Assert.That((store.GetResumePosition("kafka:events/0"), running.Partition.PoisonCount), Is.EqualTo(((long?)1, 0L)));
    }

    [Test]
    public async Task RunAsync_MarkersOfTransactionsAtTheEnd_ArePassedForGood()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        RawBatch.SendCommitMarker(bench.Broker.BootstrapServers);
        await using SignalStore store = bench.OpenStore();
        await using (RunningPartition running = LogBench.Run(store, bench.Options))
        {
            await running.UntilAsync(partition => partition.State == KafkaPartitionState.CaughtUp);
            Assert.That(running.Partition.Position, Is.EqualTo(2));
        }

        Assert.That(store.GetResumePosition("kafka:events/0"), Is.EqualTo(2), "or the topic seems truncated once it drops the marker");
    }

    [Test]
    public async Task RunAsync_ARecordWithoutATime_IsPoison()
    {
        using LogBench bench = new();
        System.Buffers.ArrayBufferWriter<byte> frame = new();
        new EventFrameWriter().Write(LogBench.View(1, 1), frame);
        RawBatch.Send(bench.Broker.BootstrapServers, frame.WrittenSpan.ToArray(), timestampMs: -1);
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(store, bench.Options);
        Assert.That(
            ((PoisonRecordException)await running.FailureAsync()).Reason, Is.EqualTo("the record has no time that a date can have"));
    }

    [Test]
    public async Task WhenCaughtUpAsync_Cancelled_LeavesNoWaiter()
    {
        Signals.Kafka.Consuming.PartitionProgress progress = new("events", 0);
        using CancellationTokenSource cancel = new();
        Task wait = progress.WhenCaughtUpAsync(cancel.Token);
        Assert.That(progress.WaitersWithoutTarget(), Has.Length.EqualTo(1));
        await cancel.CancelAsync();
        Assert.That(async () => await wait, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(progress.WaitersWithoutTarget(), Is.Empty, "or the run asks the cluster for the end for ever");
    }

    [Test]
    public async Task KafkaEventWriter_LargeEvents_AreSentInRecordsThatABrokerAndAStoreTake()
    {
        using LogBench bench = new();
        using KafkaSignals log = KafkaSignals.Open(new KafkaSignalsOptions
        {
            BootstrapServers = bench.Broker.BootstrapServers,
            Topic = LogBench.Topic,
            Partitions = 1,
            RecordBytes = 900_000,
        });
        KafkaEventWriter writer = log.CreateWriter();
        for (int i = 0; i < 10; i++)
        {
            await writer.AddAsync(LogBench.View(1, i, page: new string('x', 290_000)));
        }

        await writer.FlushAsync();
        await using SignalStore store = bench.OpenStore();
        await LogBench.CatchUpAsync(store, bench.Options);
        Assert.That(LogBench.Ids(store, 1), Has.Length.EqualTo(10));
        Assert.That(store.GetResumePosition("kafka:events/0"), Is.EqualTo(5), "two events in each record");
    }
}
