using Signals.Dashboard.Rows;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Tests.Dashboard;

/// <summary>Why an event is not in a sequence: what the page says, beside a store that serves.</summary>
[Category("Fast")]
internal sealed class LeftOutReasonsTests
{
    private static readonly UserId Alice = UserId.From("alice");

    private string _folder = null!;
    private SignalStore _store = null!;
    private long _now;

    [SetUp]
    public void Open()
    {
        _folder = Directory.CreateTempSubdirectory("signals-").FullName;
        _store = SignalStore.Open(_folder, DashboardHost.Schema, new StoreOptions());
        _now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
    }

    [TearDown]
    public void Close()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Of_RowsLeftOutForEachReason_SaysIt()
    {
        // The newest first. Ids say what should happen.
        Append("view", (1, 1, 5f), (2, 2, 0.5f), (3, 1, 5f), (4, 4, 5f), (5, 5, 5f), (6, 6, 5f), (7, 7, 0.5f));
        Append("view", ageHours: 100, (8, 8, 5f));
        Append("purchase", (9, 9, null));
        Dictionary<ulong, string?> reasons = Reasons(SequenceDefinition.Create("d").OwnedBy("o")
            .From("view", v => v.Last(3).Within(TimeSpan.FromHours(50)).Where(Predicate.OnColumn("dwell_seconds").GreaterThan(1.0)))
            .DistinctBy("item").Size(100));
        Assert.That(reasons[1], Is.Null);
        Assert.That(reasons[2], Is.EqualTo("A condition is false."));
        Assert.That(reasons[3], Is.EqualTo("A newer event has the same item: view 1."));
        Assert.That((reasons[4], reasons[5]), Is.EqualTo(((string?)null, (string?)null)));
        Assert.That((reasons[6], reasons[7]), Is.EqualTo(("Its source already has its 3 rows.", "Its source already has its 3 rows.")));
        Assert.That(reasons[8], Is.EqualTo("It is older than the window of its source, 50h."));
        Assert.That(reasons[9], Is.EqualTo("Its event type is not a source of the definition."));
    }

    [Test]
    public void Of_ASequenceThatIsFull_SaysSo()
    {
        Append("view", (1, 1, 5f), (2, 2, 5f), (3, 3, 5f));
        Dictionary<ulong, string?> reasons = Reasons(
            SequenceDefinition.Create("d").OwnedBy("o").From("view", v => v.Last(3)).From("purchase", p => p.Last(3)).Size(2));
        Assert.That(reasons[3], Is.EqualTo("The sequence already has its 2 rows."));
    }

    [Test]
    public void Of_ParametersInPlaceOfNumbers_TakesTheirDefaults()
    {
        Append("view", (1, 1, 5f), (2, 2, 5f));
        Append("view", ageHours: 100, (3, 3, 5f));
        Parameter last = Parameter.Integer("last", 1, 0, 10);
        Parameter window = Parameter.Duration("window", TimeSpan.FromHours(3), TimeSpan.FromHours(1), TimeSpan.FromDays(30));
        Dictionary<ulong, string?> reasons = Reasons(SequenceDefinition.Create("d").OwnedBy("o").Parameters(last, window)
            .From("view", v => v.Last(last).Within(window)).Size(10));
        Assert.That(reasons[1], Is.Null);
        Assert.That(reasons[2], Is.EqualTo("Its source already has its 1 rows."));
        Assert.That(reasons[3], Is.EqualTo("It is older than the window of its source, 3h."));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Of_TheSameKeyInAnotherType_IsADuplicateUnlessKeysArePerType(bool isPerType)
    {
        Append("view", (1, 7, 5f));
        Append("purchase", ageHours: 1, (2, 7, null));
        SequenceDefinitionBuilder builder = SequenceDefinition.Create("d").OwnedBy("o")
            .From("view", v => v.Last(3)).From("purchase", p => p.Last(3)).Size(5);
        Dictionary<ulong, string?> reasons = Reasons(isPerType ? builder.DistinctPerTypeBy("item") : builder.DistinctBy("item"));
        Assert.That(reasons[2], Is.EqualTo(isPerType ? null : "A newer event has the same item: view 1."));
    }

    [Test]
    public void Of_ADefinitionWithAMix_NamesTheMix()
    {
        Append("view", (1, 1, 5f), (2, 2, 5f), (3, 3, 5f));
        Append("purchase", ageHours: 1, (4, 4, null));
        Dictionary<ulong, string?> reasons = Reasons(SequenceDefinition.Create("d").OwnedBy("o")
            .From("view", v => v.Last(3)).From("purchase", p => p.Last(3)).Quota(["purchase"], minimum: 1).Size(2));
        Assert.That((reasons[1], reasons[4]), Is.EqualTo(((string?)null, (string?)null)));
        Assert.That(reasons[3], Is.EqualTo("The counts and mix rules chose other events."));
    }

    [Test]
    public void Of_ADefinitionWithCodeOfTheHost_SaysThatNobodyKnows()
    {
        Append("view", (1, 1, 5f));
        Dictionary<ulong, string?> reasons = Reasons(SequenceDefinition.Create("d").OwnedBy("o")
            .From("view", v => v.Last(3).Where(Predicate.Host<float>("dwell_seconds", _ => false))).Size(2));
        Assert.That(reasons[1], Does.StartWith("The definition holds code of the host"));
    }

    private void Append(string type, params (ulong Id, long Item, float? Dwell)[] events) => Append(type, ageHours: 0, events);

    private void Append(string type, int ageHours, params (ulong Id, long Item, float? Dwell)[] events)
    {
        EventBatch batch = _store.CreateBatch(type, events.Length);
        for (int i = 0; i < events.Length; i++)
        {
            (ulong id, long item, float? dwell) = events[i];
            EventRow row = batch.Add(Alice, _now - (ageHours * 3_600_000L) - (1000 * (i + 1)), id).Set("item", item);
            if (dwell is float seconds)
            {
                row.Set("dwell_seconds", seconds);
            }
        }

        _store.Append(batch);
    }

    private Dictionary<ulong, string?> Reasons(SequenceDefinitionBuilder builder)
    {
        SequenceDefinition definition = builder.Build();
        _store.Definitions.Register(definition);
        _store.WaitUntilVisibleAsync().GetAwaiter().GetResult();
        using ServedSequence served = _store.Read(Alice, definition.Name);
        List<RowKey> keys = [];
        for (int row = 0; row < served.Count; row++)
        {
            keys.Add(new RowKey(served.EventTypes[row], served.Times[row], served.Ids[row]));
        }

        UserHistory history = UserHistory.Read(_store, _store.Schema.EventTypes, 100, query => _store.Read(Alice, query));
        LeftOutReasons reasons = new(DefinitionFacts.Of(definition), keys, history, served.NowMs, isComplete: true);
        return history.Rows.ToDictionary(row => row.Id, reasons.Of);
    }
}
