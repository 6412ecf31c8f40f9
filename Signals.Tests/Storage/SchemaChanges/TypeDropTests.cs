using Signals.Definitions;
using Signals.Enrichment;
using Signals.Kafka.Consuming;
using Signals.Serving;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>A dropped event type is hidden at once, can be taken back within the grace, and is gone from the files after it.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TypeDropTests
{
    private readonly TypeWorld _world = new();

    [Test]
    public void Open_Dropped_IsHiddenFromEveryName([Values] bool flush)
    {
        _world.Fill(flush);
        using SignalStore store = _world.Open(TypeWorld.Without);
        Assert.That(
            () => store.Query("click"), Throws.ArgumentException.With.Message.Contains("'click', which was dropped; it has: view."));
        Assert.That(() => store.Scan("click"), Throws.ArgumentException);
        Assert.That(() => store.GetUsers("click"), Throws.ArgumentException);
        Assert.That(() => store.CreateBatch("click"), Throws.ArgumentException);
        Assert.That(() => store.CreateGroup("s")["click"], Throws.ArgumentException);
        Assert.That(
            () => store.Append(new EventBatch(store.Schema.EventTypes[1])), Throws.ArgumentException.With.Message.Contains("was dropped"));
        Assert.That(store.Schema.WasDropped("click"));
        Assert.That(
            () => store.Definitions.Register(Clicks()),
            Throws.InstanceOf<Exception>().With.Message.Contains("'clicks'").And.Message.Contains("$.sources[0].eventType")
                .And.Message.Contains("'click', which was dropped; the store has: view"));
        TypeWorld.AssertViews(store);
        Assert.That(store.GetTables().Where(table => table.IsOfDroppedType), flush ? Is.Not.Empty : Is.Empty);
        Assert.That(store.Verify().Problems, Is.Empty);
    }

    [Test]
    public void Open_StoredDefinitionOfADroppedType_StaysAndServesWhenItIsTakenBack()
    {
        _world.Fill();
        using (SignalStore store = _world.Open(TypeWorld.Old))
        {
            store.Definitions.Register(Clicks());
        }

        using (SignalStore store = _world.Open(TypeWorld.Without))
        {
            DefinitionException refused = Assert.Throws<DefinitionException>(() => store.Read(TypeWorld.User, "clicks"))!;
            Assert.That(refused.Message, Does.Contain("is stored but cannot be used now").And.Contain("'click', which was dropped"));
            Assert.That(store.Definitions.GetUnusable().Select(one => one.Name), Is.EqualTo(new[] { "clicks" }));
        }

        using SignalStore back = _world.Open(TypeWorld.Old);
        using ServedSequence served = back.Read(TypeWorld.User, "clicks");
        Assert.That(served.Count, Is.EqualTo(10));
    }

    [Test]
    public void Read_UserWithEventsOfADroppedTypeOnly_IsUnknown()
    {
        UserId other = UserId.From(2UL);
        using (SignalStore store = _world.Open(TypeWorld.Old))
        {
            EventBatch batch = store.CreateBatch("click");
            batch.Add(other, TestStores.Start, 1);
            store.Append(batch);
            store.Engine.RunPending();
        }

        using SignalStore without = _world.Open(TypeWorld.Without);
        using Sequence found = without.Read(other, without.Query("view").Build());
        Assert.That((found.Count, found.Status), Is.EqualTo((0, SequenceStatus.UnknownUser)));
    }

    [Test]
    public void Open_MerelyMissing_StaysWithItsData()
    {
        _world.Fill();
        _world.Open(StoreSchema.Define(s => TypeWorld.View(s))).Dispose();
        Assert.That(_world.Types(), Is.EqualTo("view, click"));
        using SignalStore store = _world.Open(TypeWorld.Old);
        TypeWorld.AssertClicks(store);
    }

    [Test]
    public void Open_OldCodeWithinTheGrace_HasTheDataBack([Values] bool flush, [Values] bool compact)
    {
        _world.Fill(flush);
        using (SignalStore store = _world.Open(TypeWorld.Without))
        {
            _world.Time.NowMs += 12 * TypeWorld.Hour;
            TypeWorld.AppendViews(store, TypeWorld.Events, 5);
            if (compact)
            {
                TypeWorld.Run(store, store.CompactAsync());
            }
        }

        _world.Open(TypeWorld.Without).Dispose();
        using SignalStore back = _world.Open(TypeWorld.Old);
        TypeWorld.AssertClicks(back);
        TypeWorld.AssertViews(back, TypeWorld.Events + 5);
        Assert.That(back.Schema["click"].Id, Is.EqualTo(1));
        Assert.That(_world.Types(), Is.EqualTo("view, click"));
    }

    [Test]
    public void Open_AnotherMeaningWithinTheGrace_IsRefused()
    {
        _world.Fill();
        _world.Open(TypeWorld.Without).Dispose();
        StoreSchema other = StoreSchema.Define(s => TypeWorld.View(s).EventType(
            "click", t => t.Text("position").Window(TimeSpan.FromDays(1))));
        StoreSchema window = StoreSchema.Define(s => TypeWorld.View(s).EventType("click", t => t.Window(TimeSpan.FromDays(2))));
        StoreSchema onto = StoreSchema.Define(s => s.EventType(
            "click", t => t.Field<long>("item").TypeRenamedFrom("view").Window(TimeSpan.FromDays(1))));
        Assert.That(() => _world.Open(other), Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'click.position'"));
        Assert.That(
            () => _world.Open(window), Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'click' is stored in windows")
                .And.Message.Contains("It was dropped"));
        Assert.That(
            () => _world.Open(onto), Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'click' would be a name")
                .And.Message.Contains("dropped"));
        using SignalStore back = _world.Open(TypeWorld.Old);
        TypeWorld.AssertClicks(back);
    }

    [Test]
    public void Open_SameNameAfterTheGrace_IsANewTypeWithoutOldEvents([Values] bool flush, [Values] bool compact)
    {
        _world.Fill(flush);
        _world.Open(TypeWorld.Without).Dispose();
        _world.Pass(days: 2, TypeWorld.Without);
        Assert.That(_world.Types(), Is.EqualTo("view, click(gone)"));
        StoreSchema again = StoreSchema.Define(s => TypeWorld.View(s).EventType("click", t => t.Text("where")));
        for (int opening = 0; opening < 2; opening++)
        {
            using SignalStore store = _world.Open(again);
            Assert.That(store.Schema["click"].Id, Is.EqualTo(2));
            Assert.That(store.Schema.WasDropped("click"), Is.False);
            if (compact)
            {
                TypeWorld.Run(store, store.CompactAsync());
            }

            using Sequence before = store.Read(TypeWorld.User, store.Query("click").Build());
            Assert.That(before.Count, Is.EqualTo(opening));
            bool[] areDropped = [.. store.GetTables().Where(table => table.EventType == "click").Select(table => table.IsOfDroppedType)];
            Assert.That(areDropped, Has.All.EqualTo(opening == 0));
            if (flush || compact)
            {
                Assert.That(areDropped, opening == (compact ? 1 : 0) ? Is.Not.Empty : Is.Empty);
            }

            EventBatch batch = store.CreateBatch("click");
            batch.Add(TypeWorld.User, TestStores.Start + opening, (ulong)opening).Set("where", "here");
            store.Append(batch);
            store.Engine.RunPending();
            using Sequence found = store.Read(TypeWorld.User, store.Query("click", "view").Columns("where").Build());
            Assert.That(found.EventTypes.ToArray().Count(type => type == 2), Is.EqualTo(opening + 1));
            Assert.That(found.Count, Is.EqualTo(TypeWorld.Events + opening + 1));
        }

        Assert.That(_world.Types(), Is.EqualTo("view, click(gone), click"));
        _world.Open(TypeWorld.Without).Dispose();
        Assert.That(_world.Types(), Is.EqualTo("view, click(gone), click"), "the statement was made for the one that is gone");
    }

    [Test]
    public void Compact_AfterTheGrace_DeletesTheTables([Values] bool background)
    {
        _world.Fill();
        using (SignalStore store = _world.Open(TypeWorld.Without))
        {
            _world.Correct(store, number: 3, price: 2); // a patch of a type that is hidden
            TypeWorld.Run(store, store.CompactAsync());
            Assert.That(Dropped(store), Is.GreaterThan(0), "within the grace");
        }

        _world.Pass(days: 2, TypeWorld.Without);
        using SignalStore later = _world.Open(TypeWorld.Without);
        if (background)
        {
            later.Engine.RunPending();
        }
        else
        {
            TypeWorld.Run(later, later.CompactAsync());
        }

        Assert.That(Dropped(later), Is.Zero);
        Assert.That(later.GetTables(), Is.Not.Empty);
        TypeWorld.AssertViews(later);
        Assert.That(later.Verify().Problems, Is.Empty);
        int Dropped(SignalStore store) => store.GetTables().Count(table => table.IsOfDroppedType);
    }

    [Test]
    public void Flush_AfterTheGrace_WritesNoEventOfTheType()
    {
        _world.Fill(flush: false);
        _world.Open(TypeWorld.Without, graceDays: 0).Engine.Close(abandon: true);
        using SignalStore store = _world.Open(TypeWorld.Without, graceDays: 0);
        TypeWorld.Run(store, store.FlushAsync());
        Assert.That(store.GetTables().Select(table => table.EventType), Is.EqualTo(new[] { "view" }));
        TypeWorld.AssertViews(store);
    }

    [Test]
    public void Open_ClockAheadForOneOpening_DoesNotMakeTheDropFinal()
    {
        _world.Fill();
        _world.Open(TypeWorld.Without).Dispose();
        _world.Time.NowMs += 400 * 24 * TypeWorld.Hour;
        _world.Open(TypeWorld.Without).Dispose();
        _world.Time.NowMs -= 400 * 24 * TypeWorld.Hour;
        using SignalStore store = _world.Open(TypeWorld.Old);
        TypeWorld.AssertClicks(store);
    }

    [TestCase(false, "view, click(dropped)")]
    [TestCase(true, "view, click(gone)")]
    public void Open_WithTheSchemaOfTheStore_LeavesTheDropAsItIs(bool isFinal, string types)
    {
        _world.Fill();
        _world.Open(TypeWorld.Without, graceDays: isFinal ? 0 : 1).Dispose();
        for (int opening = 0; opening < 3; opening++)
        {
            _world.Time.NowMs += 20 * TypeWorld.Hour;
            using SignalStore store = _world.Open(_world.Kept(), graceDays: opening % 2);
            TypeWorld.AssertViews(store);
            Assert.That(store.Schema.TryGet("click", out _), Is.False);
            Assert.That(_world.Types(), Is.EqualTo(types));
        }

        if (!isFinal)
        {
            using SignalStore back = _world.Open(TypeWorld.Old, graceDays: 30);
            TypeWorld.AssertClicks(back);
        }
    }

    /// <summary>A log that replicas play brings segments from before a drop.</summary>
    [Test]
    public void Import_SegmentOfADroppedType_IsTakenAndStaysHidden([Values] bool isFinal)
    {
        _world.Fill();
        _world.Open(TypeWorld.Without).Dispose();
        if (isFinal)
        {
            _world.Pass(days: 2, TypeWorld.Without);
        }

        using (SignalStore store = _world.Open(TypeWorld.Without))
        {
            _world.Correct(store, number: 3, price: 7.25f);
            TypeWorld.Run(store, store.CompactAsync());
            Assert.That(store.Verify().Problems, Is.Empty);
        }

        using SignalStore back = _world.Open(TypeWorld.Old);
        using Sequence found = back.Read(TypeWorld.User, back.Query("click").Columns("price").Build());
        float[] expected = new float[isFinal ? 0 : TypeWorld.Events];
        if (!isFinal)
        {
            expected[TypeWorld.Events - 1 - 3] = 7.25f;
        }

        Assert.That(found.Field<float>("price").ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void Import_SegmentOfADroppedTypeThatTheStoreNeverHad_IsRefusedSayingSo()
    {
        using SignalStore store = _world.Open(TypeWorld.Without);
        Assert.That(
            () => _world.Correct(store, number: 3, price: 1),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'click', which was dropped; the store has: view."));
    }

    [Test]
    public void SchemaRecord_NamesADroppedType_LacksNothing([Values] bool isFresh)
    {
        if (!isFresh)
        {
            _world.Fill();
        }

        StoreSchema more = StoreSchema.Define(s => TypeWorld.View(s).EventType("more", t => t.Text("x")).Dropped("click"));
        foreach (StoreSchema program in (StoreSchema[])[TypeWorld.Without, more, TypeWorld.Without])
        {
            using SignalStore store = _world.Open(program);
            Assert.That(
                SchemaRecord.Missing("""{"view": ["item"], "click": ["position"], "other": []}"""u8.ToArray(), store.Schema),
                Is.EqualTo(new[] { "other" }));
        }
    }

    /// <summary>What is hidden can come back, so an erasure has to reach it, also where it is newer than all that shows.</summary>
    [Test]
    public void Erase_WhileTheTypeIsDropped_ReachesItsEvents()
    {
        using (SignalStore store = _world.Open(TypeWorld.Old))
        {
            EventBatch batch = store.CreateBatch("click");
            batch.Add(TypeWorld.User, TestStores.Start + 1, 1);
            batch.Add(TypeWorld.User, TestStores.Start + (20 * TypeWorld.Hour), 2); // ahead of the clock
            store.Append(batch);
            TypeWorld.AppendViews(store, 0, 1);
        }

        using (SignalStore store = _world.Open(TypeWorld.Without))
        {
            TypeWorld.Run(store, store.EraseAsync(TypeWorld.User).AsTask());
        }

        using SignalStore back = _world.Open(TypeWorld.Old);
        using Sequence found = back.Read(TypeWorld.User, back.Query("click").Build());
        Assert.That(found.Count, Is.Zero);
    }

    [Test]
    public void Open_EnricherOfADroppedTypeWhoseNameIsUsedAgain_RunsForTheNewOne()
    {
        _world.Fill();
        _world.Open(TypeWorld.Without, graceDays: 0).Dispose();
        StoreSchema again = StoreSchema.Define(s => TypeWorld.View(s).EventType(
            "click", t => t.Field<long>("place").Enrichment<long>("twice").Window(TimeSpan.FromDays(1))));
        using SignalStore store = _world.Open(again, graceDays: 0);
        EnrichmentSignatureBuilder builder = EnrichmentSignature.Named("twice", 1).On("click");
        builder.Input("place", out Input<long> _).Output("twice", out Output<long> _);
        EnrichmentSignature signature = builder.Build();
        Assert.That(signature.Check(store.Schema, StepPhase.Indexing), Is.Empty);
        Assert.That(store.Schema.EventTypes.Select(signature.Takes), Is.EqualTo(new[] { false, false, true }));
    }

    [Test]
    public void Refresh_DropThatOnlyBecameFinal_GoesOnAndADropIsRefused()
    {
        _world.Fill();
        using ReadOnlyStore before = Look();
        _world.Open(TypeWorld.Without).Dispose();
        Assert.That(() => before.Refresh(), Throws.TypeOf<SchemaMismatchException>());
        using ReadOnlyStore reader = Look();
        Assert.That(() => reader.Query("click"), Throws.ArgumentException);
        _world.Pass(days: 2, TypeWorld.Without);
        using SignalStore store = _world.Open(TypeWorld.Without);
        TypeWorld.Run(store, store.CompactAsync());
        TypeWorld.AppendViews(store, TypeWorld.Events, 1);
        reader.Refresh();
        using Sequence views = reader.Read(TypeWorld.User, reader.Query("view").Build());
        Assert.That(views.Count, Is.EqualTo(TypeWorld.Events + 1));
        store.Dispose();
        _world.Open(TypeWorld.Old).Dispose();
        Assert.That(() => reader.Refresh(), Throws.TypeOf<SchemaMismatchException>(), "another event type has the name");
        ReadOnlyStore Look() => ReadOnlyStore.Open(
            _world.Files, TestStores.Folder, TypeWorld.Options(graceDays: 1), new ReadOnlyOptions { TimeProvider = _world.Time });
    }

    [Test]
    public async Task InMemory_OfADeclarationThatDropsATypeOrRenamesOne_HasNothingToDrop()
    {
        await using SignalStore without = SignalStore.InMemory(TypeWorld.Without);
        Assert.That((without.Schema.EventTypes.Count, without.Schema.WasDropped("click")), Is.EqualTo((1, true)));
        await using SignalStore renamed = SignalStore.InMemory(TypeWorld.Renamed);
        Assert.That(renamed.Schema["click"].Name, Is.EqualTo("tap"));
    }

    private static SequenceDefinition Clicks() =>
        SequenceDefinition.Create("clicks").OwnedBy("tests").From("click", from => from.Last(10)).Columns("position").Size(10).Build();
}
