using System.Buffers;
using Signals.Core.Frames;
using Signals.Definitions;
using Signals.Enrichment;
using Signals.Scanning;
using Signals.Serving;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>A renamed event type keeps its events, and everything that knows it by the former name goes on.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TypeRenameTests
{
    private readonly TypeWorld _world = new();

    [Test]
    public void Open_Renamed_ReadsTablesLogsAndPatchesUnderBothNames([Values] bool flush, [Values] bool compact)
    {
        _world.Fill(flush);
        using SignalStore store = _world.Open(TypeWorld.Renamed);
        _world.Correct(store, number: 3, price: 9.5f); // a job that was not told
        _world.Correct(store, number: 4, price: 8.5f, TypeWorld.Renamed, "tap");
        if (compact)
        {
            TypeWorld.Run(store, store.CompactAsync());
        }

        TypeWorld.AppendClicks(store, "tap", TypeWorld.Events, 2);
        TypeWorld.AppendClicks(store, "click", TypeWorld.Events + 2, 2);
        TypeWorld.AssertClicks(store, "tap", TypeWorld.Events + 4);
        TypeWorld.AssertClicks(store, "click", TypeWorld.Events + 4);
        using Sequence prices = store.Read(TypeWorld.User, store.Query("tap").Last("click", 21).Columns("price").Build());
        Assert.That(prices.Field<float>("price")[^1], Is.EqualTo(9.5f));
        Assert.That(prices.Field<float>("price")[^2], Is.EqualTo(8.5f));
        Assert.That(prices.Watermark("click"), Is.EqualTo(prices.Watermark("tap")));
        Assert.That(store.Schema.EventTypes.Select(type => type.Name), Is.EqualTo(new[] { "view", "tap" }));
        Assert.That(() => store.Query("tap", "click"), Throws.ArgumentException.With.Message.Contains("twice"));
        TypeWorld.AssertViews(store);
    }

    [Test]
    public void Open_OldCodeAfterTheRename_HasTheOldNameBackWithAllEvents()
    {
        _world.Fill();
        using (SignalStore store = _world.Open(TypeWorld.Renamed))
        {
            TypeWorld.AppendClicks(store, "tap", TypeWorld.Events, 3);
        }

        using (SignalStore store = _world.Open(TypeWorld.Old))
        {
            TypeWorld.AppendClicks(store, "click", TypeWorld.Events + 3, 2);
            TypeWorld.AssertClicks(store, "click", TypeWorld.Events + 5);
            Assert.That(_world.Types(), Is.EqualTo("view, click"));
        }

        using SignalStore again = _world.Open(TypeWorld.Renamed);
        TypeWorld.AssertClicks(again, "tap", TypeWorld.Events + 5);
    }

    [Test]
    public void Open_TwoRenames_TheStoreRemembersTheFirst()
    {
        _world.Fill();
        _world.Open(TypeWorld.Renamed).Dispose();
        StoreSchema press = StoreSchema.Define(s => TypeWorld.Click(TypeWorld.View(s), "press", "tap"));
        using (SignalStore store = _world.Open(press))
        {
            TypeWorld.AssertClicks(store, "press");
            TypeWorld.AssertClicks(store, "click");
            Assert.That(store.Schema["press"].FormerNames, Is.EqualTo(new[] { "click", "tap" }));
        }

        using SignalStore old = _world.Open(TypeWorld.Old);
        TypeWorld.AssertClicks(old);
    }

    [Test]
    public void Open_FormerNameForANewType_IsRefusedNamingBoth()
    {
        _world.Open(TypeWorld.Renamed).Dispose();
        StoreSchema both = StoreSchema.Define(s => TypeWorld.Click(TypeWorld.Click(TypeWorld.View(s)), "tap"));
        Assert.That(
            () => _world.Open(both),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'click'").And.Message.Contains("'tap'"));
    }

    [Test]
    public void Open_BothNamesAreTypesOfTheStore_IsRefusedNamingBoth()
    {
        _world.Open(StoreSchema.Define(s => TypeWorld.Click(TypeWorld.Click(TypeWorld.View(s)), "tap"))).Dispose();
        Assert.That(
            () => _world.Open(TypeWorld.Renamed),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'click'").And.Message.Contains("two event types"));
    }

    [Test]
    public void Open_DroppedByAFormerName_DropsIt_AndWhileDeclared_IsRefused()
    {
        _world.Fill();
        _world.Open(TypeWorld.Renamed).Dispose();
        Assert.That(
            () => _world.Open(StoreSchema.Define(s => TypeWorld.Click(TypeWorld.View(s), "tap").Dropped("click"))),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'click'").And.Message.Contains("'tap'"));
        _world.Open(TypeWorld.Without).Dispose();
        Assert.That(_world.Types(), Is.EqualTo("view, tap(dropped)"));
        using SignalStore back = _world.Open(TypeWorld.Renamed);
        TypeWorld.AssertClicks(back, "tap");
    }

    [Test]
    public void Define_NamesThatContradict_AreRefused()
    {
        Assert.That(Define(s => s.EventType("a", t => t.TypeRenamedFrom("a"))), Throws.ArgumentException.With.Message.Contains("'a'"));
        Assert.That(Define(s => s.EventType("a", t => t.TypeRenamedFrom("b").TypeRenamedFrom("b"))), Throws.ArgumentException);
        Assert.That(Define(s => s.EventType("a", t => t.TypeRenamedFrom("no name"))), Throws.ArgumentException);
        Assert.That(
            Define(s => s.EventType("b", t => t.Text("x")).EventType("a", t => t.TypeRenamedFrom("b"))),
            Throws.ArgumentException.With.Message.Contains("'b'").And.Message.Contains("'a'"));
        Assert.That(Define(s => s.EventType("a", t => t.Text("x")).Dropped("a")), Throws.ArgumentException.With.Message.Contains("'a'"));
        Assert.That(
            Define(s => s.Dropped("b").EventType("a", t => t.TypeRenamedFrom("b"))), Throws.ArgumentException.With.Message.Contains("'b'"));
        Assert.That(Define(s => s.AddDropped("a", t => t.Text("x"), isFinal: true)), Throws.ArgumentException);
        static Action Define(Action<StoreSchemaBuilder> define) => () => StoreSchema.Define(define);
    }

    /// <summary>Every rule that names an event type: sources, counts, mixes, conditions, features, and a receipt from before.</summary>
    [Test]
    public void Register_DefinitionOfTheFormerName_ServesTheSame()
    {
        SequenceReceipt receipt;
        long[] expected;
        using (SignalStore store = Open(TypeWorld.Old))
        {
            TypeWorld.AppendViews(store, 0, 10);
            TypeWorld.AppendClicks(store, "click", 0, 10);
            store.Definitions.Register(Mixed("mixed", "click"));
            using ServedSequence before = store.Read(TypeWorld.User, "mixed", new ReadOptions { WithReceipt = true });
            receipt = before.Receipt;
            expected = [.. before.Times.ToArray().Zip(before.EventTypes.ToArray(), (time, type) => (10 * time) + type)];
            Assert.That(before.EventTypes.ToArray().Count(type => type == 1), Is.EqualTo(3), "the quota, and the condition");
        }

        using SignalStore renamed = Open(TypeWorld.Renamed);
        renamed.Definitions.Register(Mixed("new_name", "tap"));
        Assert.That(renamed.Definitions.GetUnusable(), Is.Empty);
        foreach (string name in (string[])["mixed", "new_name"])
        {
            using ServedSequence served = renamed.Read(TypeWorld.User, name);
            Assert.That(
                served.Times.ToArray().Zip(served.EventTypes.ToArray(), (time, type) => (10 * time) + type), Is.EqualTo(expected), name);
            Assert.That(served.Watermark("click"), Is.EqualTo(served.Watermark("tap")));
            float[] types = new float[8 * 2];
            served.WriteTensor("types", types);
            Assert.That(types.Chunk(2).Count(hot => hot[0] == 1), Is.EqualTo(3), $"{name}: one-hot by the order of the sources");
            TensorSet set = new TensorSet().Bind("types", types.AsMemory());
            renamed.ReadTensors([TypeWorld.User], name, set);
            Assert.That(set.Watermark("click"), Is.EqualTo(set.Watermark("tap")));
        }

        using RebuiltSequence rebuilt = renamed.Rebuild(receipt);
        Assert.That(rebuilt.Status, Is.EqualTo(RebuildStatus.Exact));
    }

    [Test]
    public void Register_BothNamesInOneDefinition_IsRefused()
    {
        using SignalStore store = _world.Open(TypeWorld.Renamed);
        SequenceDefinition twice = SequenceDefinition.Create("twice").OwnedBy("tests")
            .From("click", from => from.Last(10)).From("tap", from => from.Last(10)).Columns("position").Size(10).Build();
        Assert.That(
            () => store.Definitions.Register(twice),
            Throws.InstanceOf<Exception>().With.Message.Contains("$.sources[1].eventType").And.Message.Contains("one event type"));
    }

    [Test]
    public void Register_ConditionOfASourceByItsFormerName_IsChecked()
    {
        using SignalStore store = _world.Open(TypeWorld.Renamed);
        SequenceDefinition unknown = SequenceDefinition.Create("unknown").OwnedBy("tests")
            .From("click", from => from.Last(10).Where(Predicate.OnColumn("nothing").HasValue())).Columns("position").Size(10).Build();
        Assert.That(
            () => store.Definitions.Register(unknown),
            Throws.InstanceOf<Exception>().With.Message.Contains("'nothing'").And.Message.Contains("$.sources[0].where"));
    }

    [Test]
    public void Check_EnricherOfTheFormerName_IsRefusedWithTheNewOne()
    {
        EnrichmentSignatureBuilder builder = EnrichmentSignature.Named("e", 1).On("click");
        builder.Input("position", out Input<double> _);
        Assert.That(
            builder.Build().Check(TypeWorld.Renamed, StepPhase.Serving),
            Has.Some.Contains("'click' is called 'tap' in this schema"));
    }

    [Test]
    public void Frames_OfTheFormerName_AreRead_AndOfADroppedType_AreRejectedSayingSo()
    {
        ArrayBufferWriter<byte> bytes = new();
        EventFrameWriter writer = new();
        SingleEvent single = new();
        single.Begin(TypeWorld.Old["click"]);
        (single.User, single.TimeMs, single.Id) = (TypeWorld.User, TestStores.Start, 5);
        writer.Write(single, bytes);
        EventFrameDecoder renamed = new(TypeWorld.Renamed);
        Assert.That(renamed.TryRead(bytes.WrittenSpan, out EventFrame frame, out _), Is.EqualTo(FrameReadResult.Event));
        Assert.That((frame.EventType.Name, frame.Id), Is.EqualTo(("tap", 5UL)));
        Assert.That(new EventFrameParser(TypeWorld.Renamed, null).TryParse(bytes.WrittenMemory[4..], single, out string reason), reason);
        Assert.That(single.EventType.Name, Is.EqualTo("tap"));
        EventFrameDecoder without = new(TypeWorld.Without);
        Assert.That(without.TryRead(bytes.WrittenSpan, out frame, out reason), Is.EqualTo(FrameReadResult.Skipped));
        Assert.That((frame.Length, reason), Is.EqualTo((bytes.WrittenCount, "its event type was dropped")));
    }

    [Test]
    public void Scan_TokenFromBeforeTheRename_GoesOn()
    {
        _world.Fill();
        string token;
        using (SignalStore store = _world.Open(TypeWorld.Old))
        using (EventScan scan = store.Scan("click", new ScanOptions { BatchRows = 8 }))
        {
            Assert.That(scan.TryNext(out _));
            token = scan.Token!.ToString();
        }

        using SignalStore renamed = _world.Open(TypeWorld.Renamed);
        using EventScan rest = renamed.Scan("tap", new ScanOptions { Resume = ScanToken.Parse(token) });
        Assert.That(rest.TryNext(out ScanBatch batch));
        Assert.That(batch.Count, Is.EqualTo(TypeWorld.Events - 8));
        Assert.That(
            () => renamed.Scan("view", new ScanOptions { Resume = ScanToken.Parse(token) }),
            Throws.ArgumentException.With.Message.Contains("'view'"));
    }

    private static SequenceDefinition Mixed(string name, string click) => SequenceDefinition.Create(name).OwnedBy("tests")
        .From(click, from => from.Last(6).Where(Predicate.OnColumn("position").HasValue()))
        .From("view", from => from.Last(6))
        .Columns("position", "item")
        .Quota([click], maximum: 3)
        .Size(8)
        .Tensors(tensors => tensors.Output("types", TensorType.Float32, t => t.EventType()))
        .Build();

    private SignalStore Open(StoreSchema schema) => TestStores.Open(
        _world.Files, schema, _world.Time, TypeWorld.Options(graceDays: 1) with { Retention = new VersionRetention() });
}
