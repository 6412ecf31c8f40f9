using Signals.Kafka;
using Signals.Offline;

namespace Signals.Tests.Kafka;

/// <summary>What only this replica cannot apply stops it, under every policy, and is never poison: another replica may apply it.</summary>
[Category("Kafka")]
internal sealed class ReplicaUnfitTests
{
    private const int FiveDaysAhead = -5 * 24 * 3600;

    [Test]
    public async Task Events_LaterThanTheStoreAllows_StopUntilItIsOpenedWider([Values] RejectedEvents rejected)
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        await bench.Log.AppendAsync(LogBench.View(1, 2, secondsAgo: FiveDaysAhead));
        await bench.Log.AppendAsync(LogBench.View(1, 3));
        KafkaPartitionOptions options = Keeping(bench) with { MaxFutureTime = TimeSpan.FromDays(10) };
        StoreOptions narrow = new() { RejectedEvents = rejected, MemTableBytes = 4 << 20, LogBytes = 4 << 20 };
        await using (SignalStore store = bench.OpenStore(options: narrow))
        {
            ReplicaUnfitException stopped = await StoppedAsync(store, options, offset: 1);
            Assert.That(stopped.Reason, Does.Contain(nameof(StoreOptions.MaxFutureTime)));
            Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 1 }));
        }

        await using SignalStore wide = bench.OpenStore(options: new StoreOptions
        {
            MaxFutureTime = TimeSpan.FromDays(100),
            MemTableBytes = 4 << 20,
            LogBytes = 4 << 20,
        });
        await LogBench.CatchUpAsync(wide, options);
        Assert.That(LogBench.Ids(wide, 1), Is.EqualTo(new ulong[] { 1, 2, 3 }));
    }

    [Test]
    public async Task Events_LargerThanTheStoreAllows_StopUntilItIsOpenedWider()
    {
        using LogBench bench = new();
        for (int i = 0; i < 20; i++)
        {
            await bench.Log.AppendAsync(LogBench.View(1, i, page: i is 7 or 13 ? new string('x', 300_000) : "short"));
        }

        await using (SignalStore store = bench.OpenStore(options: new StoreOptions
        {
            MaxBatchBytes = 256 << 10,
            MemTableBytes = 4 << 20,
            LogBytes = 4 << 20,
        }))
        {
            ReplicaUnfitException stopped = await StoppedAsync(store, Keeping(bench), offset: 7);
            Assert.That(stopped.Reason, Does.Contain(nameof(StoreOptions.MaxBatchBytes)));
            Assert.That(LogBench.Ids(store, 1), Is.EqualTo(Enumerable.Range(0, 7).Select(i => (ulong)i)), "all before it is stored");
        }

        await using SignalStore wide = bench.OpenStore();
        await LogBench.CatchUpAsync(wide, Keeping(bench));
        Assert.That(LogBench.Ids(wide, 1), Has.Length.EqualTo(20));
    }

    [Test]
    public async Task Definition_OfAColumnThatTheStoreLacks_Stops()
    {
        using LogBench bench = new();
        await bench.Log.DefineAsync(ControlRecordTests.Feed(version: 1, columns: "not_there"));
        await using SignalStore store = bench.OpenStore();
        ReplicaUnfitException stopped = await StoppedAsync(store, Keeping(bench), offset: 0);
        Assert.That(stopped.Message, Does.Contain("'feed'").And.Contain("not_there"));
        Assert.That(store.GetResumePosition("kafka:events/0"), Is.Null);
    }

    [Test]
    public async Task Definition_WithoutAPlaceForIt_StopsUntilTheSchemaHasOne()
    {
        using LogBench bench = new();
        StoreSchema plain = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")));
        await bench.Log.DefineAsync(ControlRecordTests.Feed(version: 1));
        await using SignalStore store = SignalStore.Open(bench.PathOf("plain"), plain);
        await using RunningPartition running = LogBench.Run(store, Keeping(bench));
        SchemaRequiredException stopped = (SchemaRequiredException)await running.FailureAsync();
        Assert.That(stopped.Missing, Is.EqualTo(new[] { LogDefinitions.EventType }));
        Assert.That(store.Definitions.All, Is.Empty);
    }

    [Test]
    public async Task Import_OfAnEventTypeThatTheStoreLacks_Stops()
    {
        using LogBench bench = new();
        StoreSchema other = StoreSchema.Define(s => s.EventType("play", t => t.Field<int>("n")));
        await bench.Log.ImportAsync(0, Segment(bench, other["play"], LogBench.TimeMs(500)));
        await using SignalStore store = bench.OpenStore();
        ReplicaUnfitException stopped = await StoppedAsync(store, Keeping(bench), offset: 0);
        Assert.That(stopped.InnerException, Is.TypeOf<SchemaMismatchException>());
    }

    [Test]
    public async Task Import_OfATimeThatTheStoreDoesNotAllow_Stops()
    {
        using LogBench bench = new();
        await bench.Log.ImportAsync(0, Segment(bench, LogBench.Schema["view"], LogBench.TimeMs(FiveDaysAhead)));
        await using SignalStore store = bench.OpenStore();
        ReplicaUnfitException stopped = await StoppedAsync(store, Keeping(bench), offset: 0);
        Assert.That(stopped.Reason, Does.Contain(nameof(StoreOptions.MaxFutureTime)));
    }

    private static KafkaPartitionOptions Keeping(LogBench bench) => bench.Options with
    {
        Poison = PoisonPolicy.ToFolder(bench.PathOf("poison")),
        Segments = new FolderSegmentSource(bench.PathOf("shared")),
    };

    private static async Task<ReplicaUnfitException> StoppedAsync(SignalStore store, KafkaPartitionOptions options, long offset)
    {
        await using RunningPartition running = LogBench.Run(store, options);
        Exception error = await running.FailureAsync();
        Assert.That(error, Is.TypeOf<ReplicaUnfitException>());
        ReplicaUnfitException stopped = (ReplicaUnfitException)error;
        Assert.That((stopped.Topic, stopped.Partition, stopped.Offset), Is.EqualTo(("events", 0, offset)));
        Assert.That(running.Partition.PoisonCount, Is.Zero, "it is not poison");
        return stopped;
    }

    private static SegmentReference Segment(LogBench bench, EventTypeSchema type, long timeMs)
    {
        string path = Path.Combine(Directory.CreateDirectory(bench.PathOf("shared")).FullName, "a.seg");
        using (SegmentWriter writer = SegmentWriter.Create(path, type, new SegmentOptions { Generation = 1, Source = "test" }))
        {
            writer.Insert(UserId.From(1), timeMs, id: 77).Set("n", 77);
            writer.Finish();
        }

        return SegmentReference.Of(path, "a.seg");
    }
}
