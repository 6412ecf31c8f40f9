using Confluent.Kafka;
using Signals.Enrichment;
using Signals.Kafka;
using Signals.Testing;

namespace Signals.Tests.Kafka;

/// <summary>A cluster that is away for a while, and a store that has no room for a while.</summary>
[Category("Kafka")]
internal sealed class OutageTests
{
    [Test]
    public async Task RunAsync_TheBrokerGoesAndComesBack_ReportsItAndGoesOn()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(store, bench.Options);
        await running.CatchUpAsync();

        bench.Broker.TakeDown();
        await running.UntilAsync(partition => partition.State == KafkaPartitionState.Disconnected);
        Assert.That(running.Partition.LastError, Is.InstanceOf<KafkaException>());
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 1 }), "the store still answers");

        bench.Broker.BringUp();
        await running.UntilAsync(partition => partition.State == KafkaPartitionState.CaughtUp);
        await bench.Log.AppendAsync(LogBench.View(1, 2));
        await running.CatchUpAsync();
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 1, 2 }));
        Assert.That(running.Run.IsCompleted, Is.False);
    }

    // Its machine lost its power: the connection stays, and what the partition has asked for there is never answered.
    [Test]
    [Category("Reliability")]
    [Platform("Linux")]
    public async Task RunAsync_TheBrokerFallsSilent_GoesOnElsewhereWithinSeconds()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(store, bench.Options);
        await running.CatchUpAsync();

        bench.Broker.FallSilent();
        bench.Broker.BringUp();
        using KafkaSignals next = KafkaSignals.Open(
            new KafkaSignalsOptions { BootstrapServers = bench.Broker.BootstrapServers, Topic = LogBench.Topic, Partitions = 1 });
        await next.AppendAsync(LogBench.View(1, 2));
        await running.UntilAsync(partition => partition.Position == 2); // For half a minute; librdkafka waits for a whole one.
        await running.CatchUpAsync();
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 1, 2 }));
    }

    [Test]
    public async Task RunAsync_TheBrokerIsAwayAtTheStart_WaitsForIt()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        await using SignalStore store = bench.OpenStore();
        bench.Broker.TakeDown();
        await using RunningPartition running = LogBench.Run(store, bench.Options);
        await running.UntilAsync(partition => partition.State == KafkaPartitionState.Disconnected);
        Assert.That(running.Partition.LastError, Is.InstanceOf<KafkaException>());
        bench.Broker.BringUp();
        await running.CatchUpAsync();
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 1 }));
    }

    [Test]
    public async Task RunAsync_TheBrokerIsAwayAtTheStart_ServesTheDefinitionsThatItKept()
    {
        using LogBench bench = new();
        await bench.Log.DefineAsync(ControlRecordTests.Feed(version: 1));
        await using (SignalStore store = bench.OpenStore())
        {
            await LogBench.CatchUpAsync(store, bench.Options);
        }

        bench.Broker.TakeDown();
        await using SignalStore again = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(again, bench.Options);
        await running.UntilAsync(partition => partition.State == KafkaPartitionState.Disconnected);
        Assert.That(again.Definitions.TryGet("feed", out _), Is.True);
    }

    [Test]
    public async Task RunAsync_FetchesFailForAWhile_LosesAndDoublesNothing()
    {
        using LogBench bench = new();
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(store, bench.Options with { MaxBatchRecords = 3 });
        for (int i = 0; i < 60; i++)
        {
            if (i % 20 == 0)
            {
                bench.Broker.FailNext(BrokerRequest.Fetch, ErrorCode.NotLeaderForPartition, ErrorCode.RequestTimedOut);
            }

            await bench.Log.AppendAsync(LogBench.View(1, i));
        }

        await running.CatchUpAsync();
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(Enumerable.Range(0, 60).Select(i => (ulong)i)));
        Assert.That(store.GetStats().EventsApplied, Is.EqualTo(60));
    }

    [Test]
    public async Task RunAsync_TheStoreHasNoRoom_PausesAndDropsNothing()
    {
        using LogBench bench = new();
        GateEnricher gate = new();
        await using SignalStore store = bench.OpenStore(options: Gated(gate));
        await using RunningPartition running = LogBench.Run(
            store, bench.Options with { MaxBatchEvents = 4, PauseAfter = TimeSpan.FromMilliseconds(10) });
        for (int i = 0; i < 200; i++)
        {
            await bench.Log.AppendAsync(LogBench.View(1, i));
        }

        await running.UntilAsync(partition => partition.State == KafkaPartitionState.BackPressure);
        Assert.That(running.Partition.Position, Is.LessThan(200));
        gate.Open();
        await running.CatchUpAsync();
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(Enumerable.Range(0, 200).Select(i => (ulong)i)));
    }

    [Test]
    public async Task RunAsync_CancelledWhileTheStoreHasNoRoom_EndsAndTheNextRunLosesNothing()
    {
        using LogBench bench = new();
        for (int i = 0; i < 200; i++)
        {
            await bench.Log.AppendAsync(LogBench.View(1, i));
        }

        GateEnricher gate = new();
        await using (SignalStore store = bench.OpenStore(options: Gated(gate)))
        {
            RunningPartition running = LogBench.Run(
                store, bench.Options with { MaxBatchEvents = 4, PauseAfter = TimeSpan.FromMilliseconds(1) });
            await running.UntilAsync(partition => partition.State == KafkaPartitionState.BackPressure);
            await running.DisposeAsync();
            Assert.That(running.Run.IsCanceled, Is.True);
            Assert.That(running.Partition.State, Is.EqualTo(KafkaPartitionState.NotRunning));
            gate.Open();
        }

        await using SignalStore again = bench.OpenStore();
        await LogBench.CatchUpAsync(again, bench.Options);
        Assert.That(LogBench.Ids(again, 1), Is.EqualTo(Enumerable.Range(0, 200).Select(i => (ulong)i)));
    }

    private static StoreOptions Gated(GateEnricher gate) => new()
    {
        MemTableBytes = 4 << 20,
        LogBytes = 4 << 20,
        Enrichment = new EnrichmentOptions { Enrichers = [gate], QueueEvents = 32, Timeout = TimeSpan.FromMinutes(1) },
    };
}
