using Signals.Kafka.Consuming;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>The time of a drop, and what its name means to programs, segments, records and readers of other times.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class DroppedNameTests
{
    private readonly DropWorld _world = new();

    /// <summary>A store that was closed over a weekend: its steady clock stands on Friday when the column is dropped.</summary>
    [Test]
    public void Open_DropWhileAJumpOfTheClockIsNotBelieved_HasAWholeGrace()
    {
        _world.Fill();
        _world.Time.NowMs += 72 * DropWorld.Hour;
        _world.Open(DropWorld.Old).Dispose();
        _world.Time.NowMs += 23 * DropWorld.Hour;
        _world.Open(DropWorld.Without).Dispose();
        _world.Time.NowMs += 2 * DropWorld.Hour; // by now the jump is believed
        _world.Open(DropWorld.Without).Dispose();
        Assert.That(_world.Columns(), Is.EqualTo("item, dwell(dropped)"));
        using (SignalStore back = _world.Open(DropWorld.Old))
        {
            Assert.That(DropWorld.Dwells(back), Is.EqualTo(DropWorld.AllDwells));
        }

        _world.Open(DropWorld.Without).Dispose();
        _world.Pass(days: 1, DropWorld.Without);
        Assert.That(_world.Columns(), Is.EqualTo("item, dwell(gone)"));
    }

    [Test]
    public void Open_RenamedOntoTheNameOfADropWithinTheGrace_IsRefused()
    {
        _world.Fill();
        _world.Open(DropWorld.Without).Dispose();
        StoreSchema onto = DropWorld.Define(t => t.Field<long>("dwell").RenamedFrom("item"));
        Assert.That(
            () => _world.Open(onto),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'view.dwell'").And.Message.Contains("dropped"));
        using SignalStore back = _world.Open(DropWorld.Old);
        Assert.That(DropWorld.Dwells(back), Is.EqualTo(DropWorld.AllDwells));
    }

    [Test]
    public void Open_OldDropStatementAfterTheNameWasUsedAgain_LeavesTheNewColumn([Values] bool renamedOnto)
    {
        _world.Fill();
        _world.Open(DropWorld.Without).Dispose();
        _world.Pass(days: 2, DropWorld.Without);
        StoreSchema again = renamedOnto
            ? DropWorld.Define(t => t.Field<long>("dwell").RenamedFrom("item"))
            : DropWorld.Define(t => t.Field<long>("item").Field<double>("dwell"));
        _world.Open(again).Dispose();
        _world.Open(DropWorld.Without).Dispose();
        Assert.That(_world.Columns(), Is.EqualTo(renamedOnto ? "item, dwell(gone)" : "item, dwell(gone), dwell"));
        _world.Open(again).Dispose();
    }

    /// <summary>A log that replicas play brings segments from before a drop: with their values when the drop is taken back.</summary>
    [Test]
    public void Import_SegmentWithADroppedColumn_IsTakenAndStaysHidden([Values] bool isFinal)
    {
        _world.Fill();
        _world.Open(DropWorld.Without).Dispose();
        if (isFinal)
        {
            _world.Pass(days: 2, DropWorld.Without);
        }

        using (SignalStore store = _world.Open(DropWorld.Without))
        {
            _world.Correct(store, number: 3, value: 7.25);
            Assert.That(store.Query("view").Build().ColumnNames, Is.EqualTo(new[] { "item" }));
            DropWorld.Run(store, store.CompactAsync());
            Assert.That(store.Verify().Problems, Is.Empty);
        }

        double?[] expected = [.. DropWorld.AllDwells];
        expected[DropWorld.Events - 1 - 3] = 7.25;
        using SignalStore back = _world.Open(DropWorld.Old);
        Assert.That(DropWorld.Dwells(back), Is.EqualTo(isFinal ? new double?[DropWorld.Events] : expected));
    }

    [Test]
    public void Import_SegmentWithADroppedColumnThatTheStoreNeverHad_IsRefusedSayingSo()
    {
        using SignalStore store = _world.Open(DropWorld.Without);
        Assert.That(
            () => _world.Correct(store, number: 3, value: 7.25),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("was dropped. It has: item."));
    }

    [Test]
    public void SchemaRecord_NamesADroppedColumn_LacksNothing([Values] bool isFresh)
    {
        if (!isFresh)
        {
            _world.Fill();
        }

        StoreSchema more = DropWorld.Define(t => t.Field<int>("more").Dropped("dwell"));
        foreach (StoreSchema program in (StoreSchema[])[DropWorld.Without, more, DropWorld.Without])
        {
            using SignalStore store = _world.Open(program);
            Assert.That(
                SchemaRecord.Missing("""{"view": ["item", "dwell", "other"]}"""u8.ToArray(), store.Schema),
                Is.EqualTo(new[] { "view.other" }));
            Assert.That(store.Schema["view"].WasDropped("item"), Is.False);
        }
    }

    /// <summary>After a drop the store's event type is never the declared one, so the places of handles differ.</summary>
    [Test]
    public void Set_HandlesOfDeclarations_FindTheirColumnsBehindADroppedOne()
    {
        StoreSchema before = DropWorld.Define(t => t.Field<double>("dwell").Field<long>("item").Field<long>("more"));
        StoreSchema after = DropWorld.Define(t => t.Field<long>("more").Field<long>("item").Dropped("dwell"));
        _world.Open(before).Dispose();
        using SignalStore store = _world.Open(after);
        EventBatch batch = store.CreateBatch("view");
        for (int i = 0; i < 3; i++)
        {
            EventRow row = batch.Add(DropWorld.User, TestStores.Start + i, (ulong)i);
            row.Set(after["view"].Column<long>("item"), 10L + i).Set(after["view"].Column<long>("more"), 20L + i);
            row.Set(before["view"].Column<long>("more"), 30L + i);
        }

        Assert.That(
            () => batch.Add(DropWorld.User, TestStores.Start, 9).Set(before["view"].Column<double>("dwell"), 1.0),
            Throws.ArgumentException);
        store.Append(batch);
        store.Engine.RunPending();
        using Sequence found = store.Read(DropWorld.User, store.Query("view").Columns("item", "more").Build());
        Assert.That(found.Field<long>("item").ToArray(), Is.EqualTo(new[] { 12L, 11, 10 }));
        Assert.That(found.Field<long>("more").ToArray(), Is.EqualTo(new[] { 32L, 31, 30 }));
    }

    [Test]
    public void Refresh_DropThatOnlyBecameFinal_ShowsWhatCameSince()
    {
        _world.Fill();
        _world.Open(DropWorld.Without).Dispose();
        using ReadOnlyStore reader = ReadOnlyStore.Open(
            _world.Files, TestStores.Folder, DropWorld.Options(graceDays: 1), new ReadOnlyOptions { TimeProvider = _world.Time });
        _world.Pass(days: 2, DropWorld.Without);
        using SignalStore store = _world.Open(DropWorld.Without);
        Assert.That(_world.Columns(), Is.EqualTo("item, dwell(gone)"));
        DropWorld.Run(store, store.CompactAsync());
        EventBatch batch = store.CreateBatch("view");
        batch.Add(DropWorld.User, TestStores.Start + 500, 500).Set("item", 600L);
        store.Append(batch);
        store.Engine.RunPending();
        reader.Refresh();
        using Sequence items = reader.Read(DropWorld.User, reader.Query("view").Last(99).Build());
        Assert.That(items.Field<long>("item").ToArray(), Has.Length.EqualTo(DropWorld.Events + 1));
        store.Dispose();

        _world.Open(DropWorld.Old).Dispose();
        Assert.That(() => reader.Refresh(), Throws.TypeOf<SchemaMismatchException>(), "another column has the name");
    }
}
