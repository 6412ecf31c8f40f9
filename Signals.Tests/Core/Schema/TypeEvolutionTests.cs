using Signals.Core.Schema;

namespace Signals.Tests.Core.Schema;

/// <summary>What becomes of the event types of a stored schema when the program declares another.</summary>
[Category("Fast")]
internal sealed class TypeEvolutionTests
{
    private const long Hour = 3_600_000;

    private static StoreSchema Stored { get; } = Define(
        s => s.EventType("a", t => t.Text("x")).EventType("b", t => t.Text("y").KeepLast(9)));

    [Test]
    public void Resolve_RenamedTypeAndColumn_KeepIds()
    {
        StoreSchema resolved = Resolve(Stored, s => s.EventType("new", t => t.TypeRenamedFrom("b").Text("z").RenamedFrom("y").KeepLast(9)));
        Assert.That(Describe(resolved), Is.EqualTo("0 a; 1 new(b)"));
        Assert.That(resolved["b"].Columns.Select(c => $"{c.Id} {c.Name}"), Is.EqualTo(["0 z"]));
        Assert.That(Describe(Resolve(resolved, s => s.EventType("b", t => t.Text("y")))), Is.EqualTo("0 a; 1 b(new)"));
    }

    [Test]
    public void Resolve_RenamedTwice_RemembersEveryName()
    {
        StoreSchema first = Resolve(Stored, s => s.EventType("c", t => t.TypeRenamedFrom("b")));
        StoreSchema second = Resolve(first, s => s.EventType("d", t => t.TypeRenamedFrom("c")));
        Assert.That(Describe(second), Is.EqualTo("0 a; 1 d(b,c)"));
        Assert.That(Describe(Resolve(Stored, s => s.EventType("d", t => t.TypeRenamedFrom("c").TypeRenamedFrom("b")))),
            Is.EqualTo("0 a; 1 d(b,c)"), "a store that missed an opening");
    }

    [Test]
    public void Resolve_SameAgain_ChangesNothingAndIsTheDeclaredInstance()
    {
        StoreSchema declared = Define(s => s.EventType("a", t => t.Text("x")).EventType("c", t => t.TypeRenamedFrom("b").Text("y")));
        StoreSchema stored = SchemaSerializer.Read(SchemaSerializer.Write(SchemaEvolution.Resolve(Stored, declared, out bool changed)));
        Assert.That(changed);
        Assert.That(SchemaEvolution.Resolve(stored, declared, out changed), Is.SameAs(declared));
        Assert.That(changed, Is.False);
    }

    [Test]
    public void Resolve_Drop_GoesThroughItsStates()
    {
        StoreSchema dropped = Resolve(Stored, s => s.EventType("a", t => t.Text("x")).Dropped("b"), At(0));
        Assert.That(Describe(dropped), Is.EqualTo("0 a; 1 b[0]"));
        Assert.That((dropped.TryGet("b", out _), dropped.WasDropped("b")), Is.EqualTo((false, true)));
        dropped = Resolve(dropped, s => s.EventType("a", t => t.Text("x")).Dropped("b"), At(23));
        Assert.That(Describe(dropped), Is.EqualTo("0 a; 1 b[0]"), "the grace does not begin again");
        Assert.That(Describe(Resolve(dropped, s => s.EventType("b", t => t.Text("y")), At(23))), Is.EqualTo("0 a; 1 b"));
        StoreSchema gone = Resolve(dropped, s => s.EventType("a", t => t.Text("x")), At(24));
        Assert.That(Describe(gone), Is.EqualTo("0 a; 1 b[gone]"));
        Assert.That(Describe(Resolve(gone, s => s.EventType("b", t => t.Text("other")), At(24))), Is.EqualTo("0 a; 1 b[gone]; 2 b"));
        Assert.That(
            Describe(Resolve(gone, s => s.EventType("b", t => t.TypeRenamedFrom("a")), At(24))), Is.EqualTo("0 b(a); 1 b[gone]"));
        Assert.That(gone.EventTypes[1].KeepLast, Is.EqualTo(9), "as it was stored");
    }

    [Test]
    public void Resolve_DropStatementOfAnOldProgram_LeavesTheOneThatHasTheNameNow()
    {
        StoreSchema gone = Resolve(Stored, s => s.EventType("a", t => t.Text("x")).Dropped("b"), At(0) with { GraceMs = 0 });
        StoreSchema again = Resolve(gone, s => s.EventType("b", t => t.Text("z")), At(1));
        Assert.That(
            Describe(Resolve(again, s => s.EventType("a", t => t.Text("x")).Dropped("b"), At(2))), Is.EqualTo("0 a; 1 b[gone]; 2 b"));
        StoreSchema moved = Resolve(again, s => s.EventType("c", t => t.TypeRenamedFrom("b").Text("z")), At(2));
        Assert.That(
            Describe(Resolve(moved, s => s.EventType("a", t => t.Text("x")).Dropped("c"), At(3))),
            Is.EqualTo($"0 a; 1 b[gone]; 2 c(b)[{3 * Hour}]"));
    }

    [Test]
    public void Resolve_SchemaOfAStore_NeitherDropsNorTakesBackNorAges()
    {
        StoreSchema dropped = SchemaSerializer.Read(SchemaSerializer.Write(
            Resolve(Stored, s => s.EventType("a", t => t.Text("x")).Dropped("b"), At(0))));
        Assert.That(SchemaEvolution.Resolve(dropped, dropped, out bool changed, At(90)), Is.Not.Null);
        Assert.That(changed, Is.False);
        Assert.That(Describe(SchemaEvolution.Resolve(Stored, dropped, out _, At(90))), Is.EqualTo("0 a; 1 b"), "a store from before");
    }

    [TestCase("both names", "'b'", "'c'")]
    [TestCase("two stored types", "'a'", "'b'")]
    [TestCase("dropped and declared", "'b'", "'c'")]
    [TestCase("onto a name that is held", "'b' would be a name")]
    [TestCase("another type's former name", "'c'", "'d'")]
    [TestCase("too many names", "33")]
    [TestCase("too many types", "1024")]
    public void Resolve_WhatDoesNotSayWhichTypeIsMeant_IsRefused(string what, params string[] named)
    {
        StoreSchema renamed = Resolve(Stored, s => s.EventType("c", t => t.TypeRenamedFrom("b")));
        StoreSchema dropped = Resolve(Stored, s => s.EventType("a", t => t.Text("x")).Dropped("b"), At(0));
        (StoreSchema Stored, Action<StoreSchemaBuilder> Declare) tried = what switch
        {
            "both names" => (renamed, s => s.EventType("c", t => t.Text("y")).EventType("b", t => t.Text("y"))),
            "two stored types" => (Stored, s => s.EventType("c", t => t.TypeRenamedFrom("a").TypeRenamedFrom("b"))),
            "dropped and declared" => (renamed, s => s.EventType("c", t => t.Text("y")).Dropped("b")),
            "onto a name that is held" => (dropped, s => s.EventType("b", t => t.TypeRenamedFrom("a"))),
            "another type's former name" => (renamed, s => s.EventType("d", t => t.TypeRenamedFrom("c")).EventType("c", t => t.Text("y"))),
            "too many names" => (Many(), s => s.EventType("n33", t => t.TypeRenamedFrom("n32"))),
            _ => (Stored, s => Enumerable.Range(0, 1023).ToList().ForEach(i => s.EventType($"t{i}", t => t.KeepLast(1)))),
        };
        if (what == "another type's former name")
        {
            Assert.That(() => Define(tried.Declare), Throws.ArgumentException.With.Message.Contains("'c'").And.Message.Contains("'d'"));
            return;
        }

        Exception refused = Assert.Throws<SchemaMismatchException>(() => Resolve(tried.Stored, tried.Declare, At(1)))!;
        Assert.That(named, Has.All.Matches<string>(part => refused.Message.Contains(part!, StringComparison.Ordinal)), refused.Message);
    }

    private static StoreSchema Many()
    {
        StoreSchema schema = Define(s => s.EventType("n0", t => t.Text("x")));
        for (int i = 1; i <= 32; i++)
        {
            int next = i;
            schema = Resolve(schema, s => s.EventType($"n{next}", t => t.TypeRenamedFrom($"n{next - 1}")));
        }

        return schema;
    }

    private static string Describe(StoreSchema schema) => string.Join("; ", schema.EventTypes.Select(type =>
        $"{type.Id} {type.Name}"
        + (type.FormerNames.Count == 0 ? "" : $"({string.Join(',', type.FormerNames)})")
        + (!type.IsDropped ? "" : type.IsDropFinal ? "[gone]" : $"[{type.Drop.SinceMs}]")));

    private static DropTime At(int hours) => new(hours * Hour, hours * Hour, 24 * Hour);

    private static StoreSchema Define(Action<StoreSchemaBuilder> define) => StoreSchema.Define(define);

    private static StoreSchema Resolve(StoreSchema stored, Action<StoreSchemaBuilder> declare, DropTime? now = null) =>
        SchemaEvolution.Resolve(stored, Define(declare), out _, now);
}
