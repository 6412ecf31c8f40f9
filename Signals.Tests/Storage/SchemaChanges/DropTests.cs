using Signals.Definitions;
using Signals.Offline;
using Signals.Storage.Engine.Context;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>A dropped column is hidden at once, can be taken back within the grace, and is gone from the files after it.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class DropTests
{
    private const int Events = 400;
    private static readonly UserId User = UserId.From(1UL);
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    private readonly SimFileSystem _files = ImportStore.NewFiles(record: false);
    private readonly ManualTime _time = new(TestStores.Start + 3_600_000);

    private static StoreSchema Old { get; } = Define(t => t.Field<long>("item").Field<double>("dwell").Enrichment<double>("price"));

    private static StoreSchema Without { get; } = Define(t => t.Field<long>("item").Dropped("dwell").Dropped("price"));

    [Test]
    public void Open_Dropped_IsHiddenFromEveryName()
    {
        Fill();
        using SignalStore store = Open(Without);
        Assert.That(
            () => store.Query("view").Columns("dwell").Build(), Throws.ArgumentException.With.Message.Contains("dwell"));
        Assert.That(() => store.Schema["view"].Column<double>("dwell"), Throws.ArgumentException.With.Message.Contains("was dropped"));
        Assert.That(store.Query("view").Build().ColumnNames, Is.EqualTo(["item"]));
        AssertItems(store);
        SequenceDefinition definition = SequenceDefinition.Create("uses_dwell").OwnedBy("tests")
            .From("view", from => from.Last(10)).Columns("item", "dwell").Size(10).Build();
        Assert.That(
            () => store.Definitions.Register(definition),
            Throws.InstanceOf<Exception>().With.Message.Contains("uses_dwell").And.Message.Contains("$.columns[1]")
                .And.Message.Contains("'dwell'"));
    }

    [Test]
    public void Open_MerelyMissing_StaysWithItsData()
    {
        Fill();
        Open(Define(t => t.Field<long>("item"))).Dispose();
        using SignalStore store = Open(Old);
        AssertDwell(store);
    }

    [Test]
    public void Open_OldCodeWithinTheGrace_HasTheDataBack([Values] bool compact)
    {
        Fill();
        using (SignalStore store = Open(Without))
        {
            _time.NowMs += (long)Grace.TotalMilliseconds / 2;
            Append(store, Events, 1);
            if (compact)
            {
                Run(store, store.CompactAsync());
            }
        }

        using SignalStore back = Open(Old);
        AssertDwell(back, plus: 1);
    }

    [Test]
    public void Open_AnotherMeaningWithinTheGrace_IsRefused()
    {
        Fill();
        Open(Without).Dispose();
        Assert.That(
            () => Open(Define(t => t.Field<long>("item").Text("dwell"))),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'view.dwell'").And.Message.Contains("was dropped"));
    }

    [Test]
    public void Open_SameNameAfterTheGrace_IsANewColumnWithoutOldValues([Values] bool compact, [Values] bool crash)
    {
        Fill(flush: !crash);
        Open(Without).Dispose();
        PassTheGrace();
        using SignalStore store = Open(Old);
        if (compact)
        {
            Run(store, store.CompactAsync());
        }

        using Sequence found = store.Read(User, store.Query("view").Last(Events).Columns("dwell", "price", "item").Build());
        Assert.That(found.States("dwell").ToArray(), Is.All.EqualTo(ColumnState.Absent));
        Assert.That(found.States("price").ToArray(), Is.All.EqualTo(ColumnState.Absent));
        Assert.That(store.Schema["view"].IndexOf("dwell"), Is.EqualTo(3));
        AssertItems(store);
    }

    [Test]
    public void Compact_AfterTheGrace_MakesTheFilesSmaller([Values] bool background)
    {
        Fill();
        long before;
        using (SignalStore store = Open(Without))
        {
            Run(store, store.CompactAsync());
            before = Bytes(store);
        }

        PassTheGrace();
        using SignalStore later = Open(Without);
        if (background)
        {
            later.Engine.RunPending();
        }
        else
        {
            Run(later, later.CompactAsync());
        }

        Assert.That(before - Bytes(later), Is.GreaterThan(Events * 6), "eight random bytes for each event");
        AssertItems(later);
        Assert.That(later.Verify().Problems, Is.Empty);
    }

    [Test]
    public void Compact_WithinTheGrace_LeavesTheData()
    {
        Fill();
        using SignalStore store = Open(Without);
        long before = Bytes(store);
        Run(store, store.CompactAsync());
        Assert.That(Bytes(store), Is.GreaterThan(before - (Events * 3)));
    }

    [Test]
    public void Open_DropWithoutGrace_IsFinalAtOnce()
    {
        Fill();
        Open(Without, TimeSpan.Zero).Dispose();
        using SignalStore store = Open(Old, TimeSpan.Zero);
        using Sequence found = store.Read(User, store.Query("view").Last(Events).Columns("dwell").Build());
        Assert.That(found.States("dwell").ToArray(), Is.All.EqualTo(ColumnState.Absent));
    }

    [Test]
    public void Open_ClockAheadForOneOpening_DoesNotMakeTheDropFinal()
    {
        Fill();
        Open(Without).Dispose();
        _time.NowMs += 400L * 24 * 3_600_000;
        Open(Without).Dispose();
        _time.NowMs -= 400L * 24 * 3_600_000;
        using SignalStore store = Open(Old);
        AssertDwell(store);
    }

    [Test]
    public void Open_RenamedOntoTheNameOfAFinalDrop_KeepsItsOwnValues()
    {
        Fill();
        Open(Without, TimeSpan.Zero).Dispose();
        StoreSchema renamed = Define(t => t.Field<long>("dwell").RenamedFrom("item"));
        for (int opening = 0; opening < 2; opening++)
        {
            using SignalStore store = Open(renamed, TimeSpan.Zero);
            using Sequence found = store.Read(User, store.Query("view").Last(Events).Columns("dwell").Build());
            Assert.That(found.Field<long>("dwell").ToArray(), Is.EqualTo(Enumerable.Range(0, Events).Reverse().Select(i => 100L + i)));
        }
    }

    [Test]
    public void Define_DroppedAndDeclared_IsRefused()
    {
        Assert.That(() => Define(t => t.Field<long>("x").Dropped("x")), Throws.ArgumentException.With.Message.Contains("'view.x'"));
        Assert.That(() => Define(t => t.Dropped("x").Field<long>("x")), Throws.ArgumentException.With.Message.Contains("'view.x'"));
    }

    [Test]
    public void Open_DroppedByAFormerName_WhileDeclared_IsRefused()
    {
        Open(Define(t => t.Field<long>("item").RenamedFrom("item_id"))).Dispose();
        Assert.That(
            () => Open(Define(t => t.Field<long>("item").Dropped("item_id"))),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'view.item_id'"));
    }

    private static StoreSchema Define(Action<EventTypeBuilder> define) => StoreSchema.Define(s => s.EventType("view", type =>
    {
        define(type);
        type.Window(TimeSpan.FromDays(1));
    }));

    private static double Dwell(int number) => Math.Sqrt(number + 2) * 1e9;

    private static void Append(SignalStore store, int first, int count)
    {
        for (int part = first; part < first + count; part += 100)
        {
            EventBatch batch = store.CreateBatch("view");
            for (int i = part; i < Math.Min(part + 100, first + count); i++)
            {
                EventRow row = batch.Add(User, TestStores.Start + i, (ulong)i).Set("item", 100L + i);
                if (store.Schema["view"].IndexOf("dwell") >= 0)
                {
                    row.Set("dwell", Dwell(i));
                }
            }

            store.Append(batch);
            store.Engine.RunPending();
        }
    }

    private static void AssertItems(SignalStore store)
    {
        using Sequence items = store.Read(User, store.Query("view").Last(Events).Columns("item").Build());
        Assert.That(items.Field<long>("item").ToArray(), Is.EqualTo(Enumerable.Range(0, Events).Reverse().Select(i => 100L + i)));
    }

    private static void AssertDwell(SignalStore store, int plus = 0)
    {
        using Sequence found = store.Read(User, store.Query("view").Last(Events + plus).Columns("dwell", "price").Build());
        Assert.That(
            found.Field<double>("dwell").ToArray()[plus..], Is.EqualTo(Enumerable.Range(0, Events).Reverse().Select(Dwell)));
        Assert.That(found.States("dwell").ToArray()[..plus], Is.All.EqualTo(ColumnState.Absent));
        Assert.That(found.Field<double>("price")[^1], Is.EqualTo(0.25));
    }

    private static long Bytes(SignalStore store) => store.GetTables().Sum(table => table.Bytes);

    private static void Run(SignalStore store, Task work)
    {
        store.Engine.RunPending();
        work.GetAwaiter().GetResult();
    }

    // In steps that the steady clock believes.
    private void PassTheGrace()
    {
        for (int step = 0; step < 3; step++)
        {
            _time.NowMs += (long)Grace.TotalMilliseconds * 2 / 3;
            Open(Without).Dispose();
        }
    }

    private void Fill(bool flush = true)
    {
        using SignalStore store = Open(Old);
        Append(store, 0, Events);
        using (SegmentWriter writer = SegmentWriter.Create(_files, ImportStore.Segment, Old["view"], new SegmentOptions { Generation = 1 }))
        {
            writer.Correct(User, TestStores.Start, 0).Set("price", 0.25);
            writer.Finish();
        }

        Run(store, store.ImportAsync(ImportStore.Segment));
        if (flush)
        {
            Run(store, store.FlushAsync());
        }
        else
        {
            store.Engine.Close(abandon: true);
        }
    }

    private SignalStore Open(StoreSchema schema, TimeSpan? grace = null)
    {
        EngineOptions options = TestStores.Tiny with
        {
            RetentionGrace = grace ?? Grace,
            MemTableBytes = 64 << 10,
            RingBytes = 64 << 10,
            MaxBatchBytes = 16 << 10,
            LogBytes = 64 << 10,
        };
        return TestStores.Open(_files, schema, _time, options);
    }
}
