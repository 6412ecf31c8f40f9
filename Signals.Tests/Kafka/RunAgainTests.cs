using Signals.Definitions;
using Signals.Kafka;

namespace Signals.Tests.Kafka;

/// <summary>A partition that stops before a record and is run again, as a host does until the record can be applied.</summary>
[Category("Kafka")]
internal sealed class RunAgainTests
{
    [Test]
    public async Task RunAsync_AgainAfterAStop_RegistersNothingAnew()
    {
        using LogBench bench = new();
        await bench.Log.DefineAsync(ControlRecordTests.Feed(version: 1));
        await bench.Log.DefineAsync(ControlRecordTests.Feed(version: 2));
        bench.Produce([1, 2, 3]);
        await using SignalStore store = bench.OpenStore();
        using KafkaPartition partition = new(store, LogBench.Topic, 0, bench.Options);
        await StopAsync(partition);
        Assert.That(Served(store), Is.EqualTo(2));
        Assert.That(store.Definitions.Activate("feed", 1));
        await StopAsync(partition);
        Assert.That(Served(store), Is.EqualTo(1), "to register both again would undo that, and serve the first one meanwhile");
    }

    [Test]
    public async Task RunAsync_AgainAfterAnUnfitDefinition_RegistersTheKeptOnes()
    {
        using LogBench bench = new();
        await bench.Log.DefineAsync(ControlRecordTests.Feed(version: 1));
        await using (SignalStore first = bench.OpenStore())
        {
            await LogBench.CatchUpAsync(first, bench.Options);
        }

        await using SignalStore store = bench.OpenStore();
        SequenceDefinition own = SequenceDefinition.Create("feed", version: 1).OwnedBy("somebody-else")
            .From("view", v => v.Last(1)).Size(10).Columns("n").Build();
        using KafkaPartition partition = new(store, LogBench.Topic, 0, bench.Options);
        store.Definitions.Register(own);
        Assert.That(async () => await RunAsync(partition), Throws.TypeOf<ReplicaUnfitException>());
        Assert.That(store.Definitions.Remove("feed"));
        bench.Produce([1, 2, 3]);
        await StopAsync(partition);
        Assert.That(Served(store), Is.EqualTo(1), "the first run did not come so far");
    }

    [Test]
    public async Task RunAsync_AgainAfterAStop_CountsTheRecordOnce()
    {
        using LogBench bench = new();
        bench.Produce([1, 2, 3]);
        await using SignalStore store = bench.OpenStore();
        using KafkaPartition partition = new(store, LogBench.Topic, 0, bench.Options);
        await StopAsync(partition);
        await StopAsync(partition);
        Assert.That(partition.PoisonCount, Is.EqualTo(1));
    }

    private static int? Served(SignalStore store) =>
        store.Definitions.TryGet("feed", out SequenceDefinition? served) ? served.Version : null;

    private static async Task StopAsync(KafkaPartition partition) =>
        Assert.That(async () => await RunAsync(partition), Throws.TypeOf<PoisonRecordException>());

    private static Task RunAsync(KafkaPartition partition) =>
        partition.RunAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
}
