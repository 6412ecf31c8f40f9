using Signals.Kafka;

namespace Signals.Tests.Kafka;

/// <summary>A store that follows a partition.</summary>
[Category("Kafka")]
internal sealed class KafkaPartitionTests
{
    [Test]
    public async Task RunAsync_EventsOfTheLog_AreInTheStoreWithThePosition()
    {
        using LogBench bench = new();
        await AppendAsync(bench, 0, 100);
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(store, bench.Options);
        await running.CatchUpAsync();

        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(Range(0, 100)));
        Assert.That(store.GetResumePosition("kafka:events/0"), Is.EqualTo(running.Partition.HighWatermark));
        Assert.That((running.Partition.Lag, running.Partition.PoisonCount), Is.EqualTo((0L, 0L)));

        LogAck ack = await bench.Log.AppendAsync(LogBench.View(1, 100));
        await running.CatchUpAsync();
        Assert.That(running.Partition.Position, Is.EqualTo(ack.Offset + 1));
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(Range(0, 101)));
    }

    [Test]
    public async Task RunAsync_AfterTheStoreWasReopened_GoesOnAtThePosition()
    {
        using LogBench bench = new();
        await AppendAsync(bench, 0, 50);
        await using (SignalStore store = bench.OpenStore())
        {
            await LogBench.CatchUpAsync(store, bench.Options);
        }

        await AppendAsync(bench, 50, 80);
        await using SignalStore again = bench.OpenStore();
        long before = again.GetResumePosition("kafka:events/0")!.Value;
        await using RunningPartition running = LogBench.Run(again, bench.Options);
        await running.CatchUpAsync();
        Assert.That(LogBench.Ids(again, 1), Is.EqualTo(Range(0, 80)));
        Assert.That(before, Is.GreaterThan(0).And.LessThan(running.Partition.Position));
    }

    [Test]
    public async Task RunAsync_BeforeTheOffsetsOfItsPosition_ReadsNone()
    {
        using LogBench bench = new();
        for (int i = 0; i < 20; i++)
        {
            await bench.Log.AppendAsync(LogBench.View(1, i));
        }

        await using SignalStore store = bench.OpenStore();
        EventGroup group = store.CreateGroup("kafka:events/0");
        (group.Position, group.Incarnation) = (15, bench.Options.Incarnation);
        await store.AppendGroupAsync(group);
        await LogBench.CatchUpAsync(store, bench.Options);
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(Range(15, 20)));
    }

    private static async Task AppendAsync(LogBench bench, int first, int end)
    {
        KafkaEventWriter writer = bench.Log.CreateWriter();
        for (int i = first; i < end; i++)
        {
            await writer.AddAsync(LogBench.View(1, i));
        }

        await writer.FlushAsync();
    }

    private static IEnumerable<ulong> Range(int first, int end) => Enumerable.Range(first, end - first).Select(i => (ulong)i);
}
