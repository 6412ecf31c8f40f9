using Signals.Maintenance;
using Signals.Storage.Maintenance;
using Signals.Storage.Versions;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>
/// Number columns that are declared wider: whatever was written before, wherever it lies, is read as the wide type with equal values, and
/// what is written from then on has the wide type.
/// </summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class WideningTests
{
    private const int Events = WideningWorld.Events;

    private readonly WideningWorld _world = new();

    [Test]
    public void Open_Wider_ReadsTablesLogsAndPatchesOfEachTime(
        [Values] bool flush, [Values] bool compactBefore, [Values] bool compact, [Values] bool crash)
    {
        for (int step = 0; step < WideningWorld.Steps.Length; step++)
        {
            SignalStore store = _world.Open(step);
            _world.AssertAll(store, step, step * Events, "before");
            WideningWorld.Append(store, step);
            if (flush)
            {
                WideningWorld.Run(store, store.FlushAsync());
            }

            _world.Correct(store, step, step, step + 2);
            if (compactBefore)
            {
                WideningWorld.Run(store, store.CompactAsync());
            }

            _world.AssertAll(store, step, (step + 1) * Events, "after");
            store.Engine.Close(abandon: crash);
        }

        using SignalStore last = _world.Open(2);
        if (compact)
        {
            WideningWorld.Run(last, last.CompactAsync());
        }

        _world.AssertAll(last, 2, 3 * Events, "at the end");
        Assert.That(last.Verify().Problems, Is.Empty);
        WideningWorld.AssertScan(last, 3 * Events);
    }

    [Test]
    public void Fold_PatchOfTheOldTypeIntoATableOfTheNew_AndTheOtherWayRound([Values] bool oldTable)
    {
        using (SignalStore store = _world.Open(0))
        {
            WideningWorld.Append(store, 0);
            WideningWorld.Run(store, store.FlushAsync());
            if (!oldTable)
            {
                _world.Correct(store, 0, 0, 2);
            }
        }

        using (SignalStore store = _world.Open(1))
        {
            if (oldTable)
            {
                _world.Correct(store, 0, 0, 2);
            }

            WideningWorld.Append(store, 1);
            WideningWorld.Run(store, store.FlushAsync());
            _world.Correct(store, 1, 1, 5);
            _world.AssertAll(store, 1, 2 * Events, "patches");
            WideningWorld.Run(store, store.CompactAsync());
            _world.AssertAll(store, 1, 2 * Events, "folded");
        }

        using SignalStore again = _world.Open(2);
        _world.AssertAll(again, 2, 2 * Events, "wider again");
        WideningWorld.Run(again, again.CompactAsync());
        _world.AssertAll(again, 2, 2 * Events, "merged");
    }

    [Test]
    public void Open_NarrowerOrOther_IsRefusedBeforeAnythingIsWritten()
    {
        using (SignalStore store = _world.Open(0))
        {
            WideningWorld.Append(store, 0);
        }

        using (SignalStore store = _world.Open(1))
        {
            WideningWorld.Append(store, 1);
        }

        string before = _world.Bytes();
        Assert.That(
            () => _world.Open(0),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'view.n'").And.Message.Contains("field Int32")
                .And.Message.Contains("field Int16").And.Message.Contains("never becomes narrower"));
        Assert.That(
            () => TestStores.Open(_world.Files, WideningWorld.Define(t => t.Field<float>("n")), _world.Time),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("Int32 to Int64 or Float64"));
        Assert.That(_world.Bytes(), Is.EqualTo(before));
        using SignalStore same = _world.Open(1);
        _world.AssertAll(same, 1, 2 * Events, "after the refusals");
    }

    [Test]
    public void Import_SegmentOfEachTypeThatTheColumnHad_IsTaken()
    {
        _world.Open(0).Dispose();
        _world.Open(1).Dispose();
        using SignalStore store = _world.Open(2);
        WideningWorld.Append(store, 2, from: 0);
        for (int step = 0; step < WideningWorld.Steps.Length; step++)
        {
            _world.Correct(store, step, 10 + step, 11 + step);
        }

        using Sequence found = store.Read(WideningWorld.User, store.Query("view").Last(Events).Columns("e").Build());
        for (int i = 10; i < 13; i++)
        {
            Assert.That(found.Field<long>("e")[Events - 1 - i], Is.EqualTo(WideningWorld.Enriched(i)));
        }

        StoreSchema other = WideningWorld.Define(t => t.Enrichment<byte>("e")); // exactly as wide, but never a type of the column
        Assert.That(
            () => _world.Correct(store, other["view"], 3, 4, (row, _) => row.Set("e", (byte)1)),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'view.e'").And.Message.Contains("Int64")
                .And.Message.Contains("UInt8").And.Message.Contains("since it was Int8"));
    }

    [Test]
    public void Import_SegmentOfAWiderType_IsRefused()
    {
        using SignalStore store = _world.Open(0);
        Assert.That(
            () => _world.Correct(store, 1, 0, 1),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("Int16").And.Message.Contains("Int8"));
    }

    [Test]
    public void Compact_AfterTheWidening_WritesTheNewType()
    {
        using (SignalStore store = _world.Open(0))
        {
            WideningWorld.Append(store, 0);
            WideningWorld.Run(store, store.FlushAsync());
            WideningWorld.Append(store, 0, from: Events);
            WideningWorld.Run(store, store.FlushAsync());
        }

        using SignalStore wide = _world.Open(2);
        Assert.That(WideningWorld.StoredTypes(wide), Is.All.StartsWith("Int16 Float16 VectorInt8[20]"));
        WideningWorld.Append(wide, 2, from: 2 * Events);
        WideningWorld.Run(wide, wide.FlushAsync());
        WideningWorld.Run(wide, wide.CompactAsync());
        Assert.That(WideningWorld.StoredTypes(wide), Is.All.StartsWith("Float64 Float64 VectorFloat32[20]"));
    }

    [Test]
    public void Refresh_WriterThatWidened_IsRefusedAndReadsGoOn()
    {
        SignalStore writer = _world.Open(0);
        WideningWorld.Append(writer, 0);
        WideningWorld.Run(writer, writer.FlushAsync());
        using ReadOnlyStore reader = ReadOnlyStore.Open(
            _world.Files, TestStores.Folder, TestStores.Tiny, new ReadOnlyOptions { TimeProvider = _world.Time });
        writer.Engine.Close(abandon: true);
        using SignalStore wide = _world.Open(1);
        WideningWorld.Append(wide, 1);
        Assert.That(() => reader.Refresh(), Throws.TypeOf<SchemaMismatchException>());
        using (Sequence found = reader.Read(WideningWorld.User, reader.Query("view").Last(Events).Columns("n").Build()))
        {
            Assert.That(found.Field<short>("n").ToArray(), Has.Length.EqualTo(Events));
        }
    }

    [Test]
    public void Open_WithTheSchemaOfTheStore_ReadsAndLeavesIt()
    {
        using (SignalStore store = _world.Open(0))
        {
            WideningWorld.Append(store, 0);
            WideningWorld.Run(store, store.FlushAsync());
        }

        _world.Open(1).Dispose();
        StoreSchema kept = Manifest.Read(new StoreFolder(_world.Files, TestStores.Folder)).ReadSchema();
        using (SignalStore tool = TestStores.Open(_world.Files, kept, _world.Time))
        {
            _world.AssertAll(tool, 1, Events, "by a tool");
        }

        Assert.That(kept["view"].Columns.Select(column => column.FirstType.ToString()), Is.EqualTo(WideningWorld.Types(0)));
        Assert.That(kept["view"].Columns.Select(column => column.Type.ToString()), Is.EqualTo(WideningWorld.Types(1)));
    }

    [Test]
    public void EraseFromCheckpoint_WidenedStoreWithRecordsOfBothTypes_KeepsTheOthers()
    {
        using (SignalStore store = _world.Open(0))
        {
            WideningWorld.Append(store, 0);
        }

        SignalStore wide = _world.Open(1);
        WideningWorld.Append(wide, 1);
        wide.Engine.Close(abandon: true);
        CheckpointErasureCertificate certificate = SignalStore.EraseFromCheckpointAsync(
            _world.Files, TestStores.Folder, [new UserErasure(UserId.From(2UL))], TestStores.Tiny, _world.Time).GetAwaiter().GetResult();
        Assert.That(certificate.IsComplete);
        using SignalStore again = _world.Open(1);
        _world.AssertAll(again, 1, 2 * Events, "after the erasure");
    }

    [Test]
    public void Salvage_ManifestLost_ReadsRecordsAndTablesOfEachType([Values] bool flush)
    {
        SignalStore store = _world.Open(0);
        WideningWorld.Append(store, 0);
        if (flush)
        {
            WideningWorld.Run(store, store.FlushAsync());
        }

        store.Engine.Close(abandon: true);
        store = _world.Open(1);
        WideningWorld.Append(store, 1);
        store.Engine.Close(abandon: true);

        SignalStore wide = _world.Open(2);
        WideningWorld.Append(wide, 2, from: 2 * Events);
        wide.Engine.Close(abandon: true);
        foreach (string name in _world.Files.ListFiles(TestStores.Folder).Where(name => !name.EndsWith(".log") && !name.EndsWith(".tbl")))
        {
            _world.Files.Delete($"{TestStores.Folder}/{name}");
        }

        StoreSchema told = WideningWorld.Define(t => t
            .Field<double>("n").WidenedFrom(ColumnType.Scalar<short>()).Field<double>("f").WidenedFrom(ColumnType.Scalar<Half>())
            .Vector<float>("v", 20).WidenedFrom(ColumnType.Vector<sbyte>(20)).Enrichment<long>("e").WidenedFrom(ColumnType.Scalar<sbyte>())
            .Text("t"));
        SalvageReport report = StoreSalvage.Run(_world.Files, TestStores.Folder, "/saved", told, CancellationToken.None);
        Assert.That(report.Losses.Where(loss => !loss.File.EndsWith("CURRENT")), Is.Empty);
        using SignalStore saved = SignalStore.Open(_world.Files, "/saved", WideningWorld.Steps[2], TestStores.Tiny, _world.Time);
        _world.AssertAll(saved, 2, 3 * Events, "salvaged");
    }

    [Test]
    public void Column_HandleOfADeclaration_FillsTheWidenedColumn()
    {
        _world.Open(0).Dispose();
        using SignalStore store = _world.Open(1);
        Column<int> handle = WideningWorld.Steps[1]["view"].Column<int>("n");
        EventBatch batch = store.CreateBatch("view");
        batch.Add(WideningWorld.User, TestStores.Start, 1).Set(handle, 70_000);
        store.Append(batch);
        store.Engine.RunPending();
        store.Engine.Close(abandon: true);
        using SignalStore again = _world.Open(2);
        using Sequence found = again.Read(WideningWorld.User, again.Query("view").Columns("n").Build());
        Assert.That(found.Field<double>("n").ToArray(), Is.EqualTo([70_000.0]));
    }
}
