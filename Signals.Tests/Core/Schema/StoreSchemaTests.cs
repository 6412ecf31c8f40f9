namespace Signals.Tests.Core.Schema;

/// <summary>Declaring a schema: ids, defaults, limits and typed handles.</summary>
[Category("Fast")]
internal sealed class StoreSchemaTests
{
    [Test]
    public void Define_EveryKindOfColumn_GivesIdsInOrder()
    {
        EventTypeSchema view = SchemaSamples.Full()["view"];

        Assert.That(view.Columns.Select(c => (int)c.Id), Is.EqualTo(Enumerable.Range(0, view.Columns.Count)));
        Assert.That(view.Columns[view.IndexOf("item_embedding")].Type, Is.EqualTo(ColumnType.Vector<Half>(64)));
        Assert.That(view.Columns[view.IndexOf("price")].Role, Is.EqualTo(ColumnRole.Enrichment));
        Assert.That(view.IndexOf("nothing"), Is.EqualTo(-1));
        Assert.That(view.KeepLast, Is.EqualTo(500));
    }

    [Test]
    public void Define_NothingSaidAboutKeeping_KeepsAll()
    {
        EventTypeSchema type = SchemaSamples.One(t => t.Field<int>("a"));
        Assert.That((type.KeepLast, type.MaxAge, type.Window), Is.EqualTo((int.MaxValue, (TimeSpan?)null, TimeSpan.FromDays(30))));
    }

    [TestCase(1, 1)]
    [TestCase(16 * 24, 24)]
    [TestCase(24 * 365 * 10, 24 * 30)]
    public void Window_NotDeclared_IsASixteenthOfTheAgeWithinBounds(int ageHours, int windowHours)
    {
        EventTypeSchema type = SchemaSamples.One(t => t.MaxAge(TimeSpan.FromHours(ageHours)));
        Assert.That(type.Window, Is.EqualTo(TimeSpan.FromHours(windowHours)));
    }

    [TestCase("")]
    [TestCase("with space")]
    [TestCase("../up")]
    [TestCase("naïve")]
    [TestCase("line\n")]
    public void Define_MalformedName_IsRefusedNamingIt(string name)
    {
        Assert.That(() => StoreSchema.Define(s => s.EventType(name, _ => { })), Throws.ArgumentException.With.Message.Contains(name));
        Assert.That(() => SchemaSamples.One(t => t.Text(name)), Throws.ArgumentException.With.Message.Contains(name));
    }

    [Test]
    public void Define_LongestName_IsTheLimit()
    {
        Assert.That(() => SchemaSamples.One(t => t.Text(new string('a', 128))), Throws.Nothing);
        Assert.That(() => SchemaSamples.One(t => t.Text(new string('a', 129))), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void Define_NameTakenTwice_IsRefused()
    {
        Assert.That(() => SchemaSamples.One(t => t.Text("a").Field<int>("a")), Throws.ArgumentException.With.Message.Contains("'only.a'"));
        Assert.That(
            () => StoreSchema.Define(s => s.EventType("a", _ => { }).EventType("a", _ => { })), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void Define_Nothing_IsRefused() => Assert.That(() => StoreSchema.Define(_ => { }), Throws.InstanceOf<ArgumentException>());

    [Test]
    public void Define_BeyondALimit_IsRefused()
    {
        Assert.That(() => SchemaSamples.One(t => t.Vector<float>("v", 16_384)), Throws.Nothing);
        Assert.That(() => SchemaSamples.One(t => t.Vector<float>("v", 16_385)), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => SchemaSamples.One(t => t.Vector<float>("v", 0)), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => SchemaSamples.One(t => t.KeepLast(0)), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => SchemaSamples.One(t => t.MaxAge(TimeSpan.Zero)), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => SchemaSamples.One(t => t.MaxAge(TimeSpan.FromTicks(10_001))), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => SchemaSamples.One(t => t.Window(TimeSpan.FromSeconds(1))), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => SchemaSamples.WithColumns(1024), Throws.Nothing);
        Assert.That(() => SchemaSamples.WithColumns(1025), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void Column_OfAnotherType_IsRefusedNamingBoth()
    {
        EventTypeSchema view = SchemaSamples.Full()["view"];
        Assert.That(view.Column<float>("dwell_seconds").Index, Is.Zero);
        Assert.That(view.Column<Half>("item_embedding").Dimensions, Is.EqualTo(64));
        Assert.That(view.VariableColumn("country").Name, Is.EqualTo("country"));
        Assert.That(
            () => view.Column<int>("dwell_seconds"),
            Throws.ArgumentException.With.Message.Contains("Float32").And.Message.Contains("Int32"));
        Assert.That(() => view.VariableColumn("dwell_seconds"), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => view.Column<int>("none"), Throws.ArgumentException.With.Message.Contains("dwell_seconds"));
    }

    [Test]
    public void Indexer_UnknownEventType_NamesTheKnown() =>
        Assert.That(
            () => SchemaSamples.Full()["clik"], Throws.ArgumentException.With.Message.Contains("clik").And.Message.Contains("view"));
}
