using Signals.Definitions;
using Signals.Kafka;

namespace Signals.Tests.Kafka;

/// <summary>Erasures, definitions and schemas in the order of the log.</summary>
[Category("Kafka")]
internal sealed class ControlRecordTests
{
    private static readonly UserId One = UserId.From(1);

    [Test]
    public async Task Erase_AmongEvents_HidesWhatIsBeforeItAndNotWhatComesAfter()
    {
        using LogBench bench = new();
        DateTimeOffset then = DateTimeOffset.FromUnixTimeMilliseconds(LogBench.TimeMs(50));
        await bench.Log.AppendAsync(LogBench.View(1, 1, secondsAgo: 100));
        await bench.Log.AppendAsync(LogBench.View(1, 2, secondsAgo: 40)); // a clock that was ahead
        await bench.Log.AppendAsync(LogBench.View(2, 3, secondsAgo: 100));
        bench.Produce(PartitionHash.KeyOf(One), "erase", time: then);
        await bench.Log.AppendAsync(LogBench.View(1, 4, secondsAgo: 60));
        await bench.Log.AppendAsync(LogBench.View(1, 5, secondsAgo: 30));
        await using SignalStore store = bench.OpenStore();
        await LogBench.CatchUpAsync(store, bench.Options);
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 5 }), "an erasure that is replayed hides no event from after it");
        Assert.That(LogBench.Ids(store, 2), Is.EqualTo(new ulong[] { 3 }));
    }

    [Test]
    public async Task Erase_BySignals_HidesEverythingUpToNow()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        LogAck ack = await bench.Log.EraseAsync(One);
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(store, bench.Options);
        await running.CatchUpAsync();
        Assert.That(LogBench.Ids(store, 1), Is.Empty);
        Assert.That((running.Partition.Position, running.Partition.PoisonCount), Is.EqualTo((ack.Offset + 1, 0L)));
    }

    [TestCase("erase", "an erasure whose value is not the 16 bytes of a user")]
    [TestCase("import", "an import whose value is not a reference to a segment")]
    [TestCase("definition", "the definition is refused")]
    [TestCase("schema", "a schema whose value is not an object of lists of columns")]
    [TestCase("", "a record of a kind that this version does not know")]
    public async Task Control_AValueThatIsNone_IsPoison(string kind, string reason)
    {
        using LogBench bench = new();
        bench.Produce("[1]"u8.ToArray(), kind);
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(store, bench.Options);
        Assert.That(((PoisonRecordException)await running.FailureAsync()).Reason, Is.EqualTo(reason));
    }

    [Test]
    public async Task Erase_ATimeThatNoDateHas_IsPoison()
    {
        using LogBench bench = new();
        bench.ProduceAt(long.MaxValue, PartitionHash.KeyOf(One), "erase");
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(store, bench.Options);
        Assert.That(((PoisonRecordException)await running.FailureAsync()).Reason, Does.StartWith("an erasure without a time"));
    }

    [Test]
    public async Task Definition_OfTheLog_IsServedAndServedAgainAfterAReopen()
    {
        using LogBench bench = new();
        SequenceDefinition first = SequenceDefinition.Create("feed", version: 1).OwnedBy("ranking", LifecycleStage.Production)
            .From("view", v => v.Last(1)).Size(10).Columns("n").Build();
        SequenceDefinition second = SequenceDefinition.Create("feed", version: 2).OwnedBy("ranking", LifecycleStage.Production)
            .From("view", v => v.Last(2)).Size(10).Columns("n").Build();
        for (int i = 0; i < 3; i++)
        {
            await bench.Log.AppendAsync(LogBench.View(1, i));
        }

        await bench.Log.DefineAsync(first);
        await bench.Log.DefineAsync(second);
        await using (SignalStore store = bench.OpenStore())
        {
            await LogBench.CatchUpAsync(store, bench.Options);
            Assert.That(CountOf(store), Is.EqualTo(2));
        }

        await using SignalStore again = bench.OpenStore();
        Assert.That(again.Definitions.All, Is.Empty, "a store keeps no definitions by itself");
        await LogBench.CatchUpAsync(again, bench.Options);
        Assert.That(CountOf(again), Is.EqualTo(2), "the newest version serves");
        Assert.That(again.Definitions.GetVersions("feed"), Has.Count.EqualTo(2));
        Assert.That(again.GetResumePosition("kafka:events/0"), Is.EqualTo(5));
    }

    [Test]
    public async Task Definition_StoredByAnEarlierRun_RefusesNoRegistrationOnceThePartitionIsMade()
    {
        using LogBench bench = new();
        await using (SignalStore store = bench.OpenStore())
        {
            store.Definitions.Register(Feed(version: 1) with { Description = "of an earlier deployment" });
        }

        await using SignalStore again = bench.OpenStore();
        Assert.That(() => again.Definitions.Register(Feed(version: 1)), Throws.TypeOf<DefinitionException>());
        await using RunningPartition running = LogBench.Run(again, bench.Options);
        Assert.That(() => again.Definitions.Register(Feed(version: 1)), Throws.Nothing);
        await running.CatchUpAsync();
        Assert.That(again.Definitions.All.Single(), Is.EqualTo(Feed(version: 1)));
    }

    [Test]
    public async Task Definition_TimesOfProducersThatGoBack_TheOffsetDecides()
    {
        using LogBench bench = new();
        bench.ProduceAt(LogBench.TimeMs(-1_000_000), Feed(version: 1).ToUtf8Json().ToArray(), "definition");
        bench.ProduceAt(LogBench.TimeMs(500), Feed(version: 2).ToUtf8Json().ToArray(), "definition");
        await using (SignalStore store = bench.OpenStore())
        {
            await LogBench.CatchUpAsync(store, bench.Options);
        }

        await using SignalStore again = bench.OpenStore();
        await LogBench.CatchUpAsync(again, bench.Options);
        Assert.That(again.Definitions.All.Single().Version, Is.EqualTo(2));
        using Sequence kept = again.Read(
            again.GetUsers(LogDefinitions.EventType).Single(), again.Query(LogDefinitions.EventType).OldestFirst().Columns().Build());
        Assert.That(kept.Ids.ToArray(), Is.EqualTo(new ulong[] { 0, 1 }), "kept in the order of the log");
    }

    [Test]
    public async Task Definition_AUserOfItsNameIsErased_StaysKept()
    {
        using LogBench bench = new();
        await bench.Log.DefineAsync(Feed(version: 1));
        await bench.Log.EraseAsync(UserId.From("feed"));
        await using (SignalStore store = bench.OpenStore())
        {
            await LogBench.CatchUpAsync(store, bench.Options);
        }

        await using SignalStore again = bench.OpenStore();
        await LogBench.CatchUpAsync(again, bench.Options);
        Assert.That(again.Definitions.All, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Definition_AVersionWithOtherContentThanTheLogGaveIt_IsPoison()
    {
        using LogBench bench = new();
        await bench.Log.DefineAsync(Feed(version: 1));
        await bench.Log.DefineAsync(Feed(version: 1, columns: "page"));
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(store, bench.Options);
        Assert.That(
            ((PoisonRecordException)await running.FailureAsync()).Reason,
            Is.EqualTo("the definition contradicts an earlier one of the log"));
    }

    [Test]
    public async Task Schema_WhatTheStoreLacks_StopsUntilItIsOpenedWithIt()
    {
        using LogBench bench = new();
        StoreSchema old = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")));
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        await bench.Log.RequireSchemaAsync(LogBench.Schema);
        await bench.Log.AppendAsync(LogBench.View(1, 2, secondsAgo: 50, page: "home"));
        await using (SignalStore store = SignalStore.Open(bench.PathOf("store"), old))
        {
            for (int time = 0; time < 2; time++)
            {
                await using RunningPartition running = LogBench.Run(store, bench.Options);
                SchemaRequiredException stopped = (SchemaRequiredException)await running.FailureAsync();
                Assert.That(stopped.Missing, Is.EqualTo(new[] { "view.page", "view.gate", "buy", "signals_definition" }));
                Assert.That((stopped.Offset, store.GetResumePosition("kafka:events/0")), Is.EqualTo((1L, (long?)1)));
            }
        }

        await using SignalStore grown = SignalStore.Open(bench.PathOf("store"), LogBench.Schema);
        await LogBench.CatchUpAsync(grown, bench.Options);
        using Sequence seen = grown.Read(One, grown.Query("view").Last(1).Build());
        Assert.That((seen.Ids[0], seen.Text("page", 0)), Is.EqualTo((2UL, "home")));
    }

    private static int CountOf(SignalStore store)
    {
        using Signals.Serving.ServedSequence served = store.Read(One, "feed");
        return served.Count;
    }

    internal static SequenceDefinition Feed(int version, string columns = "n") => SequenceDefinition.Create("feed", version)
        .OwnedBy("ranking", LifecycleStage.Production).From("view", v => v.Last(version)).Size(10).Columns(columns).Build();
}
