using System.Buffers;
using Signals.Definitions;
using Signals.Offline;
using Signals.Serving;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>A renamed column keeps its data, and everything that knows it by the former name goes on.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RenameTests
{
    private static readonly UserId User = UserId.From(1UL);

    private readonly SimFileSystem _files = ImportStore.NewFiles(record: false);
    private readonly ManualTime _time = new(TestStores.Start + 3_600_000);

    private static StoreSchema Old { get; } = StoreSchema.Define(s => s.EventType(
        "view", t => t.Field<long>("item_id").Text("country").Enrichment<float>("price").Window(TimeSpan.FromDays(1))));

    private static StoreSchema New { get; } = StoreSchema.Define(s => s.EventType("view", t => t
        .Field<long>("item").RenamedFrom("item_id").Text("country").Enrichment<float>("cost").RenamedFrom("price")
        .Window(TimeSpan.FromDays(1))));

    [Test]
    public void Open_Renamed_ReadsTablesLogsAndPatchesUnderTheNewName([Values] bool flush, [Values] bool compact)
    {
        using (SignalStore store = Open(Old))
        {
            Append(store, "item_id", 0, 3);
            if (flush)
            {
                Run(store, store.FlushAsync());
            }

            Correct(store, Old["view"], "price", 1, 9.5f);
            Append(store, "item_id", 3, 5);
        }

        using SignalStore renamed = Open(New);
        if (compact)
        {
            Run(renamed, renamed.CompactAsync());
        }

        Append(renamed, "item", 5, 6);
        Append(renamed, "item_id", 6, 7); // a caller that was not told
        AssertItems(renamed, "item", 7);
        AssertItems(renamed, "item_id", 7);
        using Sequence prices = renamed.Read(User, renamed.Query("view").Columns("cost").Build());
        Assert.That(prices.Field<float>("cost").ToArray(), Is.EqualTo(new[] { 0, 0, 0, 0, 0, 9.5f, 0 }));
        Assert.That(renamed.Schema["view"].Columns.Select(c => c.Name), Is.EqualTo(["item", "country", "cost"]));
    }

    [Test]
    public void Open_OldCodeAfterTheRename_HasTheOldNameBackWithAllData()
    {
        using (SignalStore store = Open(Old))
        {
            Append(store, "item_id", 0, 2);
        }

        using (SignalStore store = Open(New))
        {
            Append(store, "item", 2, 4);
        }

        using (SignalStore store = Open(Old))
        {
            Append(store, "item_id", 4, 5);
            AssertItems(store, "item_id", 5);
            Assert.That(store.Schema["view"].Columns.Select(c => c.Name), Is.EqualTo(["item_id", "country", "price"]));
        }

        using SignalStore again = Open(New);
        AssertItems(again, "item", 5);
    }

    [Test]
    public void Open_NewStoreThenOldCode_FindsTheColumnToo()
    {
        using (SignalStore store = Open(New))
        {
            Append(store, "item", 0, 2);
        }

        using SignalStore old = Open(Old);
        AssertItems(old, "item_id", 2);
    }

    [Test]
    public void Open_FormerNameForANewColumn_IsRefusedNamingBoth()
    {
        Open(New).Dispose();
        StoreSchema both = StoreSchema.Define(s => s.EventType(
            "view", t => t.Field<long>("item").Text("item_id").Window(TimeSpan.FromDays(1))));
        Assert.That(
            () => Open(both),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'view.item'").And.Message.Contains("'view.item_id'"));
    }

    [Test]
    public void Open_BothNamesAreColumnsOfTheStore_IsRefusedNamingBoth()
    {
        Open(StoreSchema.Define(s => s.EventType(
            "view", t => t.Field<long>("item_id").Field<long>("item").Window(TimeSpan.FromDays(1))))).Dispose();
        Assert.That(
            () => Open(New),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'item'").And.Message.Contains("'item_id'"));
    }

    [Test]
    public void Open_TwoRenamesInOneStep_FollowsTheChain()
    {
        using (SignalStore store = Open(Old))
        {
            Append(store, "item_id", 0, 3);
        }

        using SignalStore renamed = Open(StoreSchema.Define(s => s.EventType(
            "view", t => t.Field<long>("product").RenamedFrom("item_id").RenamedFrom("item").Window(TimeSpan.FromDays(1)))));
        AssertItems(renamed, "product", 3);
        AssertItems(renamed, "item", 3);
    }

    [Test]
    public void Import_SegmentUnderTheFormerName_FillsTheColumn()
    {
        using SignalStore store = Open(New);
        Append(store, "item", 0, 3);
        Correct(store, Old["view"], "price", 2, 4f);
        using Sequence prices = store.Read(User, store.Query("view").Columns("cost").Build());
        Assert.That(prices.Field<float>("cost").ToArray(), Is.EqualTo(new[] { 4f, 0, 0 }));
    }

    [Test]
    public void Import_SegmentWithBothNames_IsRefused()
    {
        using SignalStore store = Open(New);
        StoreSchema two = StoreSchema.Define(s => s.EventType(
            "view", t => t.Field<long>("item_id").Field<long>("item").Window(TimeSpan.FromDays(1))));
        using (SegmentWriter writer = SegmentWriter.Create(_files, ImportStore.Segment, two["view"], new SegmentOptions { Generation = 1 }))
        {
            writer.Insert(User, TestStores.Start, 1).Set("item_id", 1L).Set("item", 2L);
            writer.Finish();
        }

        Assert.That(
            () => Run(store, store.ImportAsync(ImportStore.Segment)),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'view.item'"));
    }

    [Test]
    public void Frames_UnderTheFormerName_FillTheColumn()
    {
        byte[] frame = Frame("item_id", 4711);
        EventFrameDecoder decoder = new(New);
        Assert.That(decoder.TryRead(frame, out EventFrame read, out _), Is.EqualTo(FrameReadResult.Event));
        EventBatch batch = new(New["view"]);
        Assert.That(read.TryCopyFields(batch.Add(read.User, read.TimeMs, read.Id), out string reason), reason);
        using SignalStore store = Open(New);
        store.Append(batch);
        store.Engine.RunPending();
        using Sequence items = store.Read(User, store.Query("view").Columns("item").Build());
        Assert.That(items.Field<long>("item").ToArray(), Is.EqualTo(new[] { 4711L }));
    }

    [Test]
    public void Frames_WithBothNames_AreRejectedAsTwice()
    {
        StoreSchema two = StoreSchema.Define(s => s.EventType("view", t => t.Field<long>("item_id").Field<long>("item")));
        SingleEvent single = new() { User = User, TimeMs = TestStores.Start, Id = 1 };
        single.Begin(two["view"]);
        single.Set(0, 1L);
        single.Set(1, 2L);
        ArrayBufferWriter<byte> bytes = new();
        new EventFrameWriter().Write(single, bytes);
        EventFrameDecoder decoder = new(New);
        string reason = "";
        if (decoder.TryRead(bytes.WrittenSpan, out EventFrame frame, out string first) == FrameReadResult.Event)
        {
            frame.TryCopyFields(new EventBatch(New["view"]).Add(frame.User, frame.TimeMs, frame.Id), out reason);
        }

        Assert.That(first + reason, Is.EqualTo("field 'item' is there twice"));
    }

    [Test]
    public void Definition_UnderTheFormerName_ServesTheSame()
    {
        using SignalStore store = Open(New);
        Append(store, "item", 0, 4);
        store.Definitions.Register(SequenceDefinition.Create("old").OwnedBy("tests")
            .From("view", from => from.Last(10)).Columns("item_id").Size(10).Build());
        using ServedSequence served = store.Read(User, "old");
        Assert.That(served.Field<long>("item_id").ToArray(), Is.EqualTo(new[] { 103L, 102, 101, 100 }));
    }

    [Test]
    public void Query_AllColumnsOfTwoTypes_DoesNotTakeAFormerNameForTheOthersColumn()
    {
        StoreSchema schema = StoreSchema.Define(s => s
            .EventType("view", t => t.Field<long>("item").RenamedFrom("item_id"))
            .EventType("click", t => t.Text("item_id")));
        using SignalStore store = Open(schema);
        Append(store, "item", 0, 1);
        using Sequence all = store.Read(User, store.Query("view", "click").Build());
        Assert.That(all.States("item_id").ToArray(), Is.EqualTo(new[] { ColumnState.Absent }));
        Assert.That(all.States("item").ToArray(), Is.EqualTo(new[] { ColumnState.Value }));
    }

    private static void AssertItems(SignalStore store, string name, int count)
    {
        using Sequence items = store.Read(User, store.Query("view").Columns(name).Build());
        Assert.That(items.Field<long>(name).ToArray(), Is.EqualTo(Enumerable.Range(0, count).Reverse().Select(i => 100L + i)), name);
    }

    private static void Append(SignalStore store, string name, int from, int to)
    {
        EventBatch batch = store.CreateBatch("view");
        for (int i = from; i < to; i++)
        {
            batch.Add(User, TestStores.Start + i, (ulong)i).Set(name, 100L + i);
        }

        store.Append(batch);
        store.Engine.RunPending();
    }

    private static void Run(SignalStore store, Task work)
    {
        store.Engine.RunPending();
        work.GetAwaiter().GetResult();
    }

    private static byte[] Frame(string column, long value)
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<long>(column)));
        SingleEvent single = new() { User = User, TimeMs = TestStores.Start, Id = 1 };
        single.Begin(schema["view"]);
        single.Set(0, value);
        ArrayBufferWriter<byte> bytes = new();
        new EventFrameWriter().Write(single, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    private void Correct(SignalStore store, EventTypeSchema type, string column, int place, float value)
    {
        using (SegmentWriter writer = SegmentWriter.Create(_files, ImportStore.Segment, type, new SegmentOptions { Generation = 1 }))
        {
            writer.Correct(User, TestStores.Start + place, (ulong)place).Set(column, value);
            writer.Finish();
        }

        Run(store, store.ImportAsync(ImportStore.Segment));
        _files.Delete(ImportStore.Segment);
    }

    private SignalStore Open(StoreSchema schema) => TestStores.Open(_files, schema, _time);
}
