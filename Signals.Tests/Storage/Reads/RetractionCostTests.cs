using Signals.Offline;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Reads;

/// <summary>What a read of the newest events costs when many newer ones were retracted: about what it costs without them.</summary>
[Category("Fast")]
internal sealed class RetractionCostTests
{
    private const int Last = 100;
    private const int KeepLast = 900;
    private const string Segment = "/offline/retractions.seg";

    private static readonly UserId User = UserId.From(1UL);
    private static readonly UserId Other = UserId.From(2UL);
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("all", t => t.Field<int>("n")).EventType("newest", t => t.Field<int>("n").KeepLast(KeepLast)));

    private SimFileSystem _files = null!;

    [SetUp]
    public void NewFolder() => _files = ImportStore.NewFiles(record: false);

    [Test]
    public void Read_AfterCompaction_VisitsNoMoreForMoreRetractedRows()
    {
        long[] visited = [.. new[] { 1_000, 8_000 }.Select(retracted =>
        {
            NewFolder();
            using SignalStore store = Open();
            Append(store, "all", retracted + 500);
            Retract(store, "all", i => i >= 500, retracted + 500);
            store.CompactAsync().GetAwaiter().GetResult();
            SequenceQuery query = store.Query("all").Last(Last).Build();
            AssertRows(store, query, first: 499);
            return Visited(store, query);
        })];
        Assert.That(visited, Is.All.LessThan(1_000));
    }

    [Test]
    public void Read_BeforeCompaction_LooksAtEachRowOnce([Values] bool isEventLate)
    {
        const int retracted = 8_000;
        using SignalStore store = Open();
        Append(store, "all", retracted + 500);
        Retract(store, "all", i => i >= 500, retracted + 500);
        if (isEventLate)
        {
            AppendOne(store, 0);
        }

        SequenceQuery query = store.Query("all").Last(Last).Build();
        AssertRows(store, query, first: 499);
        Assert.That(Visited(store, query), Is.LessThanOrEqualTo((2 * retracted) + (2 * Last)), "the events and what retracts them");
    }

    [Test]
    public void Read_LateEventAfterCompaction_StillSkipsBlocks()
    {
        using SignalStore store = Open();
        Append(store, "all", 8_500);
        Retract(store, "all", i => i >= 500, 8_500);
        store.CompactAsync().GetAwaiter().GetResult();
        AppendOne(store, 0);
        SequenceQuery query = store.Query("all").Last(Last).Build();
        AssertRows(store, query, first: 499);
        Assert.That(Visited(store, query), Is.LessThan(1_000));
    }

    [Test]
    public void Read_EndBeforeTheNewest_VisitsNothingAfterIt([Values] bool isRetracted)
    {
        using SignalStore store = Open();
        Append(store, "all", 8_000);
        Append(store, "all", 8_000);
        if (isRetracted)
        {
            Retract(store, "all", i => i % 2 == 0 && i >= 500, 8_000);
        }

        SequenceQuery query = store.Query("all").Between(TestStores.Start, TestStores.Start + 500).Last(Last).Build();
        AssertRows(store, query, first: 499);
        Assert.That(Visited(store, query), Is.LessThan(1_000));
    }

    [Test]
    public void Read_EverySecondRowRetracted_VisitsTwiceAsMany()
    {
        using SignalStore store = Open();
        Append(store, "all", 4_000);
        Retract(store, "all", i => i % 2 == 1, 4_000);
        store.CompactAsync().GetAwaiter().GetResult();
        SequenceQuery query = store.Query("all").Last(Last).Build();
        Assert.That(Visited(store, query), Is.LessThanOrEqualTo(2 * Last + 1));
        using Sequence answer = store.Read(User, query);
        Assert.That(answer.Times.ToArray(), Is.EqualTo(Enumerable.Range(0, Last).Select(i => TestStores.Start + 3_998 - (2 * i))));
    }

    [Test]
    public void Read_SkippedRows_CountTowardsLastNAndTheirUserIsKnown([Values] bool compacted)
    {
        using SignalStore store = Open();
        Append(store, "newest", 2_000);
        Retract(store, "newest", i => i >= 1_150, 2_000);
        if (compacted)
        {
            store.CompactAsync().GetAwaiter().GetResult();
        }

        using Sequence answer = store.Read(User, store.Query("newest").Build());
        Assert.That(answer.Count, Is.EqualTo(KeepLast - (2_000 - 1_150)), "the newest that count, less those that were retracted");
        Assert.That(answer.Times[0], Is.EqualTo(TestStores.Start + 1_149));
        using Sequence recent = store.Read(User, store.Query("newest").Between(TestStores.Start + 1_500, long.MaxValue).Build());
        Assert.That((recent.Count, recent.Status), Is.EqualTo((Count: 0, Status: SequenceStatus.Complete)));
        using Sequence nobody = store.Read(UserId.From(77UL), store.Query("newest").Build());
        Assert.That(nobody.Status, Is.EqualTo(SequenceStatus.UnknownUser));
    }

    private static void AssertRows(SignalStore store, SequenceQuery query, int first)
    {
        using Sequence answer = store.Read(User, query);
        Assert.That(answer.Times.ToArray(), Is.EqualTo(Enumerable.Range(0, Last).Select(i => TestStores.Start + first - i)));
        Assert.That(answer.Field<int>("n").ToArray(), Is.EqualTo(Enumerable.Range(0, Last).Select(i => first - i)));
    }

    private static long Visited(SignalStore store, SequenceQuery query)
    {
        using Sequence first = store.Read(User, query);
        long before = first.Buffer.Assembler.RowsVisited;
        first.Dispose();
        using Sequence second = store.Read(User, query);
        return second.Buffer.Assembler.RowsVisited - before;
    }

    private static void Append(SignalStore store, string type, int events)
    {
        EventBatch batch = store.CreateBatch(type);
        for (int i = 0; i < events; i++)
        {
            batch.Add(User, TestStores.Start + i, 1).Set("n", i);
            if (i % 100 == 0)
            {
                batch.Add(Other, TestStores.Start + i, 1).Set("n", i);
            }

            if (batch.Count >= 100 || i == events - 1)
            {
                store.Append(batch);
                store.Engine.RunPending();
                batch.Clear();
            }
        }

        store.FlushAsync().GetAwaiter().GetResult();
    }

    private static void AppendOne(SignalStore store, int i)
    {
        EventBatch batch = store.CreateBatch("all");
        batch.Add(User, TestStores.Start + i, 1).Set("n", i);
        store.Append(batch);
        store.Engine.RunPending();
    }

    private void Retract(SignalStore store, string type, Predicate<int> which, int events)
    {
        using (SegmentWriter writer = SegmentWriter.Create(
            _files, Segment, Schema[type], new SegmentOptions { Generation = 2, Source = "test" }))
        {
            for (int i = 0; i < events; i++)
            {
                if (which(i))
                {
                    writer.Retract(User, TestStores.Start + i, 1);
                }
            }

            writer.Finish();
        }

        store.ImportAsync(Segment).GetAwaiter().GetResult();
    }

    private SignalStore Open() => TestStores.Open(_files, Schema, new ManualTime(TestStores.Start + 1_000_000), TestStores.Tiny with
    {
        MemTableBytes = 8 << 20,
        LogBytes = 8 << 20,
        BlockCacheBytes = 8 << 20,
        Tables = new TableOptions { BlockBytes = 4 << 10, MinBlockRows = 4 },
    });
}
