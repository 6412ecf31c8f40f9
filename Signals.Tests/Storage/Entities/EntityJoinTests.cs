using Signals.Enrichment;
using Signals.Tests.Reliability;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Storage.Entities;

/// <summary>A join finds the entities that events name, whatever the kind of the key, and allocates nothing.</summary>
[Category("Fast")]
internal sealed class EntityJoinTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t
            .Field<ulong>("item")
            .Field<int>("small")
            .Text("name")
            .Enrichment<float>("item_price")
            .EnrichmentText("item_title")
            .EnrichmentVector<Half>("item_vector", 4)));

    private MemoryFileSystem _files = null!;
    private EntityTable _table = null!;

    [SetUp]
    public void SetUp()
    {
        _files = new MemoryFileSystem();
        EntitySamples.Write(_files, Enumerable.Range(0, 100));
        _table = EntitySamples.Open(_files);
    }

    [TearDown]
    public void TearDown() => _table.Dispose();

    [Test]
    public void Enrich_Join_ValuesNullsAbsenceAndStrangers([Values] bool nullWhenMissing)
    {
        EntityJoin join = Join("item", ColumnType.Scalar<ulong>(), nullWhenMissing);
        EventBatch events = new(Schema["view"]);
        events.Add(UserId.From(1), 1, 1).Set("item", 8UL);
        events.Add(UserId.From(1), 1, 2).Set("item", 10UL);
        events.Add(UserId.From(1), 1, 3).Set("item", 16UL);
        events.Add(UserId.From(1), 1, 4).Set("item", 5000UL);
        events.Add(UserId.From(1), 1, 5);
        EnrichmentBatch result = new StepRunner(join, Schema["view"], StepPhase.Indexing).Enrich(events);
        ColumnState missing = nullWhenMissing ? ColumnState.Null : ColumnState.Absent;
        ColumnState[] titles = [ColumnState.Value, ColumnState.Null, ColumnState.Absent, missing, missing];
        Assert.That(new VariableColumnView(result.Outputs[1]).States.ToArray(), Is.EqualTo(titles));
        Assert.That(new ColumnView<float>(result.Outputs[0]).Values.ToArray(), Is.EqualTo(new float[] { 8, 10, 16, 0, 0 }));
        Assert.That(new ColumnView<Half>(result.Outputs[2]).Row(1).ToArray(), Is.EqualTo(new[] { (Half)10, (Half)1, (Half)2, (Half)0 }));
        Assert.That(new ColumnView<Half>(result.Outputs[2]).States[3], Is.EqualTo(missing));
    }

    [Test]
    public void Enrich_OtherKindsOfKeys_FindTheSameEntities()
    {
        EventBatch events = new(Schema["view"]);
        events.Add(UserId.From(1), 1, 1).Set("small", 8).Set("name", "item 9");
        events.Add(UserId.From(1), 1, 2).Set("small", -8).Set("name", "");
        EnrichmentBatch byNumber = new StepRunner(Join("small", ColumnType.Scalar<int>()), Schema["view"], StepPhase.Indexing)
            .Enrich(events);
        Assert.That(new ColumnView<float>(byNumber.Outputs[0]).Values.ToArray(), Is.EqualTo(new float[] { 8, 0 }));
        EnrichmentBatch byName = new StepRunner(Join("name", ColumnType.Text), Schema["view"], StepPhase.Indexing).Enrich(events);
        Assert.That(new ColumnView<float>(byName.Outputs[0]).Values.ToArray(), Is.EqualTo(new float[] { 9, 0 }));
        Assert.That(new ColumnView<float>(byName.Outputs[0]).States[1], Is.EqualTo(ColumnState.Absent));
    }

    [Test]
    public void Enrich_Warm_AllocatesNothing()
    {
        StepRunner runner = new(Join("item", ColumnType.Scalar<ulong>()), Schema["view"], StepPhase.Serving);
        EventBatch events = new(Schema["view"]);
        for (ulong i = 0; i < 200; i++)
        {
            events.Add(UserId.From(1), 1, i).Set("item", i);
        }

        Assert.That(Allocations.LeastOf(() => runner.Enrich(events), times: 50), Is.Zero);
    }

    [Test]
    public void Create_KeyThatIsNone_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => Join("item", ColumnType.Scalar<float>()));
        Assert.Throws<ArgumentException>(() => _ = new EntityJoin(
            _table, new EntityJoinOptions { Name = "j", EventTypes = ["view"], Key = "item", Columns = [("colour", "item_price")] }));
    }

    private EntityJoin Join(string key, ColumnType type, bool nullWhenMissing = false) => new(_table, new EntityJoinOptions
    {
        Name = "item_facts",
        EventTypes = ["view"],
        Key = key,
        KeyType = type,
        Columns = [("price", "item_price"), ("title", "item_title"), ("vector", "item_vector")],
        NullWhenMissing = nullWhenMissing,
    });
}
