using Signals.Definitions;
using Signals.Maintenance;
using Signals.Serving;
using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>Widened columns of which the store does not know what they were, and receipts from before a widening.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class WidenedColumnTests
{
    private static readonly StoreSchema Without = WideningWorld.Define(t => t.Text("t"));
    private static readonly StoreSchema Narrow = WideningWorld.Define(t => t.Text("t").Field<int>("n").Enrichment<int>("c"));
    private static readonly StoreSchema Wide = WideningWorld.Define(t => t.Text("t").Field<long>("n").Enrichment<long>("c"));
    private static readonly StoreSchema Told = WideningWorld.Define(t => t
        .Text("t").Field<long>("n").WidenedFrom(ColumnType.Scalar<int>()).Enrichment<long>("c").WidenedFrom(ColumnType.Scalar<int>()));

    private readonly WideningWorld _world = new();

    [TestCase(true)]
    [TestCase(false)]
    public void Salvage_ManifestEndsBeforeTheColumnCame_ReadsWhatWasNarrow(bool flush)
    {
        SignalStore store = Open(Without);
        string manifest = ManifestName();
        byte[] beginning = WideningWorld.ImageOf(_world.Files, manifest);
        store.Dispose();
        store = Open(Narrow);
        Append(store, row => row.Set("n", -7));
        if (flush)
        {
            WideningWorld.Run(store, store.FlushAsync());
        }

        store.Engine.Close(abandon: true);
        Open(Wide).Engine.Close(abandon: true);
        foreach (string name in _world.Files.ListFiles(TestStores.Folder).Where(name => !name.EndsWith(".log") && !name.EndsWith(".tbl")))
        {
            _world.Files.Delete($"{TestStores.Folder}/{name}");
        }

        using (IFile file = _world.Files.Open(manifest, FileOpenMode.CreateNew))
        {
            file.Write(0, beginning);
        }

        SalvageReport report = StoreSalvage.Run(_world.Files, TestStores.Folder, "/saved", Told, CancellationToken.None);
        // The old manifest names a log that the flush has deleted. Nothing else is missing.
        Assert.That(report.Losses.Where(loss => !loss.File.EndsWith("CURRENT") && !loss.Message.Contains("is missing")), Is.Empty);
        using SignalStore saved = SignalStore.Open(_world.Files, "/saved", Wide, TestStores.Tiny, _world.Time);
        using Sequence found = saved.Read(WideningWorld.User, saved.Query("view").Columns("n").Build());
        Assert.That(found.Field<long>("n").ToArray(), Is.EqualTo([-7L]));
    }

    [Test]
    public void Import_NarrowSegmentIntoAStoreThatIsNew_NeedsTheStatement()
    {
        using (SignalStore store = Open(Wide))
        {
            Assert.That(
                () => _world.Correct(store, Narrow["view"], 1, 2, (row, _) => row.Set("c", -7)),
                Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'view.c'").And.Message.Contains("Int32")
                    .And.Message.Contains("Int64"));
        }

        using (SignalStore store = Open(Told))
        {
            Assert.That(
                () => _world.Correct(store, Narrow["view"], 1, 2, (row, _) => row.Set("c", -7)),
                Throws.TypeOf<SchemaMismatchException>(), "what the store has says what was first");
        }

        WideningWorld other = new();
        TestStores.Open(other.Files, Without, other.Time).Dispose();
        using SignalStore told = TestStores.Open(other.Files, Told, other.Time);
        Append(told, row => row.Set("n", 1L));
        other.Correct(told, Narrow["view"], 1, 2, (row, _) => row.Set("c", -7));
        using Sequence found = told.Read(WideningWorld.User, told.Query("view").Columns("c").Build());
        Assert.That(found.Field<long>("c").ToArray(), Is.EqualTo([-7L]));
    }

    [Test]
    public void Rebuild_ReceiptFromBeforeAWidening_IsDifferentExactlyWhenTheAnswerHasTheColumn()
    {
        StoreSchema wider = StoreSchema.Define(schema => schema.EventType(
            "view", type => type.Field<ulong>("item").Field<double>("dwell").Text("note").Enrichment<int>("category")));
        SequenceReceipt with, without;
        using (SignalStore store = PastStores.Open(_world.Files, _world.Time))
        {
            store.Definitions.Register(SequenceDefinition.Create("plain").OwnedBy("tests").From("view", source => source.Last(20))
                .Size(20).Columns("item", "note").Build());
            PastStores.Append(store, 1, 1, 3);
            with = Serve(store, PastStores.Name);
            without = Serve(store, "plain");
        }

        using SignalStore wide = TestStores.Open(
            _world.Files, wider, _world.Time, TestStores.Tiny with { Retention = new VersionRetention() });
        Assert.That(Status(wide, with), Is.EqualTo(RebuildStatus.Different));
        Assert.That(Status(wide, without), Is.EqualTo(RebuildStatus.Exact));
        Assert.That(Status(wide, Serve(wide, PastStores.Name)), Is.EqualTo(RebuildStatus.Exact));
    }

    private static SequenceReceipt Serve(SignalStore store, string definition)
    {
        using ServedSequence served = store.Read(WideningWorld.User, definition, new ReadOptions { WithReceipt = true });
        Assert.That(served.Count, Is.EqualTo(2));
        return served.Receipt;
    }

    private static RebuildStatus Status(SignalStore store, SequenceReceipt receipt)
    {
        using RebuiltSequence rebuilt = store.Rebuild(receipt);
        return rebuilt.Status;
    }

    private static void Append(SignalStore store, Action<EventRow> set)
    {
        EventBatch batch = store.CreateBatch("view");
        set(batch.Add(WideningWorld.User, TestStores.Start + 1, 1));
        store.Append(batch);
        store.Engine.RunPending();
    }

    private SignalStore Open(StoreSchema schema) => TestStores.Open(_world.Files, schema, _world.Time);

    private string ManifestName() => TestStores.Folder + "/" + _world.Files.ListFiles(TestStores.Folder)
        .Where(name => name.StartsWith("MANIFEST", StringComparison.Ordinal)).Max();
}
