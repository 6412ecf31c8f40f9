using Confluent.Kafka;
using Signals.Kafka;
using Signals.Kafka.Consuming;
using Signals.Testing;

namespace Signals.Tests.Kafka;

/// <summary>The position that is shown to Kafka's own tools: it appears, and its failures hold nothing up.</summary>
[Category("Kafka")]
internal sealed class LagGroupTests
{
    private const string Group = "lag-of-signals";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Test]
    public async Task RunAsync_WithALagGroup_ShowsThePosition()
    {
        using LogBench bench = new();
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(store, WithGroup(bench));
        for (int i = 0; i < 3; i++)
        {
            await bench.Log.AppendAsync(LogBench.View(1, i));
            await running.CatchUpAsync();
            await UntilShownAsync(bench, i + 1);
        }
    }

    [Test]
    public async Task RunAsync_EndsAtOnce_ShowsTheLastPosition()
    {
        using LogBench bench = new();
        for (int i = 0; i < 3; i++)
        {
            await bench.Log.AppendAsync(LogBench.View(1, i));
        }

        await using SignalStore store = bench.OpenStore();
        await LogBench.CatchUpAsync(store, bench.Options with { LagGroup = Group }); // at the client's own interval, which is seconds
        await UntilShownAsync(bench, 3);
    }

    [Test]
    public async Task RunAsync_CommitsAreRefused_IsReportedAndHoldsNothingUp()
    {
        using LogBench bench = new();
        bench.Broker.FailNext(BrokerRequest.OffsetCommit, [.. Enumerable.Repeat(ErrorCode.GroupAuthorizationFailed, 3)]);
        await bench.Log.AppendAsync(LogBench.View(1, 0));
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(store, WithGroup(bench));
        await running.UntilAsync(
            partition => partition.LastError is KafkaException { Error.Code: ErrorCode.GroupAuthorizationFailed });
        for (int i = 1; i < 5; i++)
        {
            await bench.Log.AppendAsync(LogBench.View(1, i));
            await running.CatchUpAsync();
        }

        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 0, 1, 2, 3, 4 }));
        await UntilShownAsync(bench, 5);
    }

    [Test]
    public async Task RunAsync_NoCoordinatorIsThere_HoldsNothingUp()
    {
        using LogBench bench = new();
        bench.Broker.FailNext(
            BrokerRequest.FindCoordinator, [.. Enumerable.Repeat(ErrorCode.GroupCoordinatorNotAvailable, 1_000)]);
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(store, WithGroup(bench));
        for (int i = 0; i < 5; i++)
        {
            await bench.Log.AppendAsync(LogBench.View(1, i));
            await running.CatchUpAsync();
        }

        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 0, 1, 2, 3, 4 }));
    }

    [Test]
    public void ConfigurationOf_TheHostsSettings_HoldWhereThePartitionDependsOnNothing()
    {
        KafkaPartitionOptions options = LogBench.OptionsFor("localhost:1");
        ConsumerConfig own = PartitionConsumer.ConfigurationOf(options);
        Assert.That((own.FetchQueueBackoffMs, own.EnableAutoCommit, own.EnableAutoOffsetStore), Is.EqualTo((10, false, false)));
        ConsumerConfig changed = PartitionConsumer.ConfigurationOf(options with
        {
            Client = new Dictionary<string, string> { ["fetch.queue.backoff.ms"] = "500", ["enable.auto.offset.store"] = "true" },
        });
        Assert.That((changed.FetchQueueBackoffMs, changed.EnableAutoOffsetStore), Is.EqualTo((500, false)));
    }

    // librdkafka refuses a timeout that is not a second above a fetch's wait.
    [TestCase("", "", 10_000)]
    [TestCase("socket.timeout.ms", "60000", 60_000)]
    [TestCase("fetch.wait.max.ms", "20000", null)]
    public void ConfigurationOf_TimesOfTheHost_HoldAndFitEachOther(string name, string value, int? answerMs)
    {
        ConsumerConfig config = PartitionConsumer.ConfigurationOf(LogBench.OptionsFor("localhost:1") with
        {
            Client = name.Length == 0 ? new Dictionary<string, string>() : new Dictionary<string, string> { [name] = value },
        });
        Assert.That(config.SocketTimeoutMs, Is.EqualTo(answerMs));
        using IConsumer<Null, Null> taken = new ConsumerBuilder<Null, Null>(config).SetLogHandler(static (_, _) => { }).Build();
    }

    private static KafkaPartitionOptions WithGroup(LogBench bench) => bench.Options with
    {
        LagGroup = Group,
        Client = new Dictionary<string, string> { ["auto.commit.interval.ms"] = "20" },
    };

    private static async Task UntilShownAsync(LogBench bench, long position)
    {
        using IConsumer<Null, Null> tool = new ConsumerBuilder<Null, Null>(
            new ConsumerConfig { BootstrapServers = bench.Broker.BootstrapServers, GroupId = Group }).Build();
        using CancellationTokenSource patience = new(Patience);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(5));
        TopicPartition[] partition = [new TopicPartition(LogBench.Topic, 0)];
        while (tool.Committed(partition, Patience)[0].Offset.Value != position)
        {
            Assert.That(await timer.WaitForNextTickAsync(patience.Token));
        }
    }
}
