using Signals.Core.Schema;

namespace Signals.Tests.Core.Schema;

/// <summary>What becomes of a stored schema when the program declares another.</summary>
[Category("Fast")]
internal sealed class SchemaEvolutionTests
{
    [Test]
    public void Resolve_SameDeclaration_IsTheDeclaredInstance()
    {
        StoreSchema declared = SchemaSamples.Full();
        StoreSchema resolved = SchemaEvolution.Resolve(Stored(SchemaSamples.Full()), declared, out bool changed);
        Assert.That((ReferenceEquals(resolved, declared), changed), Is.EqualTo((true, false)));
    }

    [Test]
    public void Resolve_AddedTypeAndColumns_GetTheNextIds()
    {
        StoreSchema stored = Define(s => s.EventType("a", t => t.Field<int>("x")).EventType("b", t => t.Text("y")));
        StoreSchema declared = Define(s => s
            .EventType("new", t => t.Field<int>("z"))
            .EventType("b", t => t.Enrichment<float>("price").Text("y"))
            .EventType("a", t => t.Field<int>("x")));

        StoreSchema resolved = SchemaEvolution.Resolve(stored, declared, out bool changed);

        Assert.That(changed);
        Assert.That(resolved.EventTypes.Select(t => $"{t.Id} {t.Name}"), Is.EqualTo(["0 a", "1 b", "2 new"]));
        Assert.That(resolved["b"].Columns.Select(c => $"{c.Id} {c.Name}"), Is.EqualTo(["0 y", "1 price"]));
    }

    [Test]
    public void Resolve_NoLongerDeclared_Stays()
    {
        StoreSchema stored = Define(s => s.EventType("a", t => t.Field<int>("x").Field<int>("gone")).EventType("old", t => t.Text("y")));
        StoreSchema resolved = SchemaEvolution.Resolve(stored, Define(s => s.EventType("a", t => t.Field<int>("x"))), out bool changed);

        Assert.That(changed, Is.False);
        Assert.That(resolved["a"].IndexOf("gone"), Is.EqualTo(1));
        Assert.That(resolved.TryGet("old", out _));
    }

    [Test]
    public void Resolve_UnmovedType_KeepsTheDeclaredInstance()
    {
        StoreSchema stored = Define(s => s.EventType("a", t => t.Field<int>("x")).EventType("old", t => t.Text("y")));
        StoreSchema declared = Define(s => s.EventType("a", t => t.Field<int>("x")));
        Assert.That(SchemaEvolution.Resolve(stored, declared, out _)["a"], Is.SameAs(declared["a"]));
    }

    [Test]
    public void Resolve_ChangedKeeping_FollowsTheDeclarationAndKeepsTheWindow()
    {
        StoreSchema stored = Define(s => s.EventType("a", t => t.KeepLast(10).MaxAge(TimeSpan.FromDays(16))));
        StoreSchema declared = Define(s => s.EventType("a", t => t.KeepLast(20).MaxAge(TimeSpan.FromDays(32))));

        EventTypeSchema type = SchemaEvolution.Resolve(stored, declared, out bool changed)["a"];

        Assert.That(changed);
        Assert.That((type.KeepLast, type.MaxAge, type.Window), Is.EqualTo((20, TimeSpan.FromDays(32), TimeSpan.FromDays(1))));
    }

    [Test]
    public void Resolve_ItsOwnResult_ChangesNothing()
    {
        StoreSchema stored = Define(s => s.EventType("a", t => t.MaxAge(TimeSpan.FromDays(16)).Text("x")));
        StoreSchema declared = Define(
            s => s.EventType("b", t => t.Text("y")).EventType("a", t => t.Text("z").MaxAge(TimeSpan.FromDays(3))));

        StoreSchema once = SchemaEvolution.Resolve(stored, declared, out _);
        StoreSchema twice = SchemaEvolution.Resolve(Stored(once), declared, out bool changed);

        Assert.That(changed, Is.False);
        Assert.That(SchemaSerializer.Write(twice), Is.EqualTo(SchemaSerializer.Write(once)));
    }

    [Test]
    public void Resolve_ChangedKind_NamesBothSides() => AssertRefused(
        t => t.Text("x"), t => t.Field<double>("x"), "'a.x'", "field Text", "field Float64", "meaning cannot change");

    [Test]
    public void Resolve_NarrowerKind_NamesBothSides() => AssertRefused(
        t => t.Field<double>("x"), t => t.Field<float>("x"), "'a.x'", "field Float64", "field Float32", "never becomes narrower");

    [Test]
    public void Resolve_KindThatDoesNotHoldAllValues_NamesWhatDoes()
    {
        AssertRefused(
            t => t.Field<int>("x"), t => t.Field<float>("x"), "field Int32", "field Float32", "(Int32 to Int64 or Float64)");
        AssertRefused(
            t => t.Field<long>("x"), t => t.Field<double>("x"), "field Int64", "field Float64", "(no type is wider than Int64)");
        AssertRefused(
            t => t.Vector<sbyte>("x", 2), t => t.Vector<float>("x", 3), "VectorInt8[2] to VectorFloat16[2] or VectorFloat32[2]");
        AssertRefused(t => t.Field<bool>("x"), t => t.Field<int>("x"), "field Boolean", "meaning cannot change");
    }

    [Test]
    public void Resolve_WiderKind_RemembersTheFirstAndIsStoredAgain()
    {
        StoreSchema stored = Define(s => s.EventType("a", t => t.Field<short>("x").Vector<sbyte>("v", 3).Text("t")));
        StoreSchema declared = Define(s => s.EventType("a", t => t.Field<int>("y").RenamedFrom("x").Vector<Half>("v", 3).Text("t")));
        StoreSchema once = SchemaEvolution.Resolve(stored, declared, out bool changed);
        Assert.That(changed);
        StoreSchema twice = SchemaEvolution.Resolve(
            Stored(once), Define(s => s.EventType("a", t => t.Field<double>("y").Vector<Half>("v", 3).Text("t"))), out changed);
        Assert.That(changed);
        EventTypeSchema type = Stored(twice)["a"];
        Assert.That(
            type.Columns.Select(column => $"{column.Name} {column.FirstType} {column.Type} {column.IsWidened}"),
            Is.EqualTo([
                "y Int16 Float64 True", "v VectorInt8[3] VectorFloat16[3] True", "t Text Text False"]));
        Assert.That(type.HasWidened);
        SchemaEvolution.Resolve(Stored(twice), Stored(twice), out changed);
        Assert.That(changed, Is.False);
        Assert.That(SchemaEvolution.AnswerAlike(stored, Stored(once)), Is.False);
    }

    [Test]
    public void Resolve_WidenedFromOfAColumn_HoldsForANewOneAndIsIgnoredForAStoredOne()
    {
        StoreSchema stored = Define(s => s.EventType("a", t => t.Text("t")));
        StoreSchema told = Define(s => s.EventType("a", t => t.Field<long>("x").WidenedFrom(ColumnType.Scalar<int>())));
        EventTypeSchema type = Stored(SchemaEvolution.Resolve(stored, told, out _))["a"];
        Assert.That(type.Columns[1].FirstType, Is.EqualTo(ColumnType.Scalar<int>()));
        StoreSchema untold = Define(s => s.EventType("a", t => t.Field<long>("x")));
        type = Stored(SchemaEvolution.Resolve(untold, told, out bool changed))["a"];
        Assert.That((type.Columns[0].FirstType, changed), Is.EqualTo((ColumnType.Scalar<long>(), false)));
    }

    [Test]
    public void Define_WidenedFromATypeThatDoesNotFit_IsRefused()
    {
        Assert.That(
            () => Define(s => s.EventType("a", t => t.Field<int>("x").WidenedFrom(ColumnType.Scalar<long>()))),
            Throws.ArgumentException.With.Message.Contains("'a.x' of Int32 cannot have been Int64"));
        Assert.That(
            () => Define(s => s.EventType("a", t => t.WidenedFrom(ColumnType.Scalar<long>()))),
            Throws.InvalidOperationException.With.Message.Contains("after the column"));
    }

    [Test]
    public void Resolve_DropTakenBackWithAWiderKind_IsWidened()
    {
        DropTime time = new(1, 1, 1000);
        StoreSchema stored = Define(s => s.EventType("a", t => t.Field<short>("x").Text("t")));
        StoreSchema dropped = SchemaEvolution.Resolve(stored, Define(s => s.EventType("a", t => t.Text("t").Dropped("x"))), out _, time);
        StoreSchema back = SchemaEvolution.Resolve(
            Stored(dropped), Define(s => s.EventType("a", t => t.Field<int>("x").Text("t"))), out _, time);
        Assert.That(
            Stored(back)["a"].Columns.Select(column => $"{column.Name} {column.FirstType} {column.Type} {column.IsDropped}"),
            Is.EqualTo(["x Int16 Int32 False", "t Text Text False"]));
    }

    [Test]
    public void Resolve_ChangedDimensions_NamesBothSides() => AssertRefused(
        t => t.Vector<Half>("x", 64), t => t.Vector<Half>("x", 128), "VectorFloat16[64]", "VectorFloat16[128]");

    [Test]
    public void Resolve_ChangedRole_NamesBothSides() => AssertRefused(
        t => t.Text("x"), t => t.EnrichmentText("x"), "field Text", "enrichment Text");

    [Test]
    public void Resolve_ChangedWindow_NamesBothSides() => AssertRefused(
        t => t.Window(TimeSpan.FromDays(1)), t => t.Window(TimeSpan.FromDays(2)), "1.00:00:00", "2.00:00:00");

    [Test]
    public void Resolve_TooManyColumnsTogether_IsRefused()
    {
        StoreSchema stored = Define(s => s.EventType("only", t => t.Text("gone")));
        StoreSchema declared = Define(s => s.EventType("only", t => Enumerable.Range(0, 1024).ToList().ForEach(i => t.Text($"c{i}"))));
        Assert.That(() => SchemaEvolution.Resolve(stored, declared, out _), Throws.TypeOf<SchemaMismatchException>());
    }

    private static void AssertRefused(Action<EventTypeBuilder> stored, Action<EventTypeBuilder> declared, params string[] mentions)
    {
        var error = Assert.Throws<SchemaMismatchException>(() => SchemaEvolution.Resolve(
            Define(s => s.EventType("a", stored)), Define(s => s.EventType("a", declared)), out _));
        Assert.That(mentions, Is.All.Matches<string>(m => error.Message.Contains(m!, StringComparison.Ordinal)), error.Message);
    }

    private static StoreSchema Define(Action<StoreSchemaBuilder> define) => StoreSchema.Define(define);

    private static StoreSchema Stored(StoreSchema schema) => SchemaSerializer.Read(SchemaSerializer.Write(schema));
}
