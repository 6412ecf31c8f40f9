using Confluent.Kafka;
using Signals.Kafka;

namespace Signals.Tests.Kafka;

/// <summary>What a partition refuses to read, because the store would silently differ from the log.</summary>
[Category("Kafka")]
internal sealed class PartitionRefusalTests
{
    [Test]
    public async Task RunAsync_ThePositionIsGoneFromTheTopic_NamesBothPositions()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        await using SignalStore store = bench.OpenStore();
        await LogBench.CatchUpAsync(store, bench.Options);
        long first = await OverflowAsync(bench);

        await using RunningPartition running = LogBench.Run(store, bench.Options);
        LogTruncatedException refused = (LogTruncatedException)await running.FailureAsync();
        Assert.That(
            (refused.Topic, refused.Partition, refused.Position, refused.FirstOffset), Is.EqualTo(("events", 0, 1L, first)));
        Assert.That(refused.Message, Does.Contain("Restore a checkpoint"));
        Assert.That(store.GetResumePosition("kafka:events/0"), Is.EqualTo(1));
    }

    [Test]
    public async Task RunAsync_AnEmptyStoreOfATruncatedTopic_IsRefusedUnlessItMayLackTheHistory()
    {
        using LogBench bench = new();
        long first = await OverflowAsync(bench);
        await using SignalStore store = bench.OpenStore();
        KafkaPartitionOptions options = bench.Options with { Poison = PoisonPolicy.ToFolder(bench.PathOf("poison")) };
        await using (RunningPartition running = LogBench.Run(store, options))
        {
            Assert.That(((LogTruncatedException)await running.FailureAsync()).FirstOffset, Is.EqualTo(first));
        }

        await using RunningPartition allowed = LogBench.Run(store, options with { StartWithoutHistory = true });
        await allowed.CatchUpAsync();
        Assert.That(PoisonFile.Read(bench.PathOf("poison/events-0.poison")).First().Offset, Is.EqualTo(first));
    }

    [Test]
    public async Task RunAsync_TheTopicIsShorterThanThePosition_IsRefused()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        await using SignalStore store = bench.OpenStore();
        EventGroup group = store.CreateGroup("kafka:events/0");
        (group.Position, group.Incarnation) = (17, bench.Options.Incarnation);
        await store.AppendGroupAsync(group);
        await using RunningPartition running = LogBench.Run(store, bench.Options);
        TopicChangedException refused = (TopicChangedException)await running.FailureAsync();
        Assert.That((refused.Topic, refused.Partition, refused.Position, refused.EndOffset), Is.EqualTo(("events", 0, 17L, 1L)));
    }

    [Test]
    public async Task RunAsync_TheTopicWasMadeAnew_IsRefusedUntilTheSourceIsReset()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        await using SignalStore store = bench.OpenStore();
        await LogBench.CatchUpAsync(store, bench.Options);

        KafkaPartitionOptions anew = bench.Options with { Incarnation = SourceIncarnation.From("the second topic") };
        await bench.Log.AppendAsync(LogBench.View(1, 2));
        TopicChangedException refused;
        await using (RunningPartition running = LogBench.Run(store, anew))
        {
            refused = (TopicChangedException)await running.FailureAsync();
            Assert.That(refused.Message, Does.Contain("ResetSourceAsync(\"kafka:events/0\""));
            Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 1 }));
        }

        await store.ResetSourceAsync("kafka:events/0", refused.Incarnation);
        await LogBench.CatchUpAsync(store, anew);
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 1, 2 }));
    }

    [Test]
    public async Task CanGoOnAsync_PositionsOfAStore_IsWhatARunWouldFind()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        await using SignalStore store = bench.OpenStore();
        await LogBench.CatchUpAsync(store, bench.Options);
        IReadOnlyList<SourcePosition> positions = store.GetResumePositions();
        Assert.That(await AskAsync(positions, bench.Options), Is.True);
        Assert.That(await AskAsync([], bench.Options), Is.False, "no position");
        Assert.That(await AskAsync([positions[0] with { Source = "kafka:events/1" }], bench.Options), Is.False, "another partition's");
        Assert.That(await AskAsync([positions[0] with { Position = 2 }], bench.Options), Is.False, "behind the end");
        KafkaPartitionOptions anew = bench.Options with { Incarnation = SourceIncarnation.From("the second topic") };
        Assert.That(await AskAsync(positions, anew), Is.False, "made anew");
        long first = await OverflowAsync(bench);
        Assert.That(await AskAsync(positions, bench.Options), Is.False, "truncated");
        Assert.That(await AskAsync([positions[0] with { Position = first }], bench.Options), Is.True, "the first record that is left");
        Assert.That(await AskAsync([positions[0] with { Position = first - 1 }], bench.Options), Is.False, "the last one that is gone");

        static Task<bool> AskAsync(IReadOnlyList<SourcePosition> positions, KafkaPartitionOptions options) =>
            KafkaPartition.CanGoOnAsync("events", 0, positions, options);
    }

    [Test]
    public async Task RunAsync_WhileARunIsUnderWay_IsRefused()
    {
        using LogBench bench = new();
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(store, bench.Options);
        Assert.That(() => running.Partition.RunAsync(CancellationToken.None), Throws.InvalidOperationException);
    }

    [Test]
    public async Task WhenCaughtUpAsync_TheRunFails_SaysWhy()
    {
        using LogBench bench = new();
        bench.Produce([1]);
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(store, bench.Options);
        Assert.That(
            async () => await running.CatchUpAsync(),
            Throws.InvalidOperationException.With.InnerException.TypeOf<PoisonRecordException>());
    }

    [Test]
    public void Constructor_WrongSettings_NamesEachOfThem()
    {
        KafkaPartitionOptions options = new() { BootstrapServers = " ", MaxBatchRecords = 0, RetryDelay = TimeSpan.Zero };
        Assert.That(options.GetErrors(), Has.Count.EqualTo(3));
        using LogBench bench = new();
        using SignalStore store = bench.OpenStore();
        Assert.That(
            () => new KafkaPartition(store, "t", 0, options),
            Throws.ArgumentException.With.Message.Contains("MaxBatchRecords is 0; it must be from 1 to 1,000,000."));
    }

    // The broker keeps 5 MiB of a partition. Returns the first offset that is left.
    private static async Task<long> OverflowAsync(LogBench bench)
    {
        ProducerConfig config = new() { BootstrapServers = bench.Broker.BootstrapServers, LingerMs = 0, BatchNumMessages = 1 };
        using IProducer<byte[], byte[]> producer = new ProducerBuilder<byte[], byte[]>(config).Build();
        for (int i = 0; i < 14; i++)
        {
            await producer.ProduceAsync(new TopicPartition(LogBench.Topic, 0), new Message<byte[], byte[]> { Value = new byte[500_000] });
        }

        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = bench.Broker.BootstrapServers, GroupId = "look" }).Build();
        long first = consumer.QueryWatermarkOffsets(new TopicPartition(LogBench.Topic, 0), TimeSpan.FromSeconds(10)).Low.Value;
        Assert.That(first, Is.GreaterThan(1), "the broker dropped the oldest records");
        return first;
    }
}
