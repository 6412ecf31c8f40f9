using Signals.Definitions;
using Signals.Enrichment;
using Signals.Serving;
using Signals.Tests.Reliability;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>A candidate beside the served definition: what is sampled, what the report finds, and that the caller never notices.</summary>
[Category("Fast")]
internal sealed class ShadowReadTests
{
    private const string Feed = "home_feed";
    private static readonly EnrichmentCatalog Catalog = new(new ItemEmbedding());
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private SignalStore _store = null!;
    private UserId[] _users = null!;

    [SetUp]
    public void SetUp()
    {
        _store = FeedSample.Open(new ManualTime(TestStores.Start + 10_000));
        FeedSample.Fill(_store, users: 5, perType: 150);
        _users = [.. Enumerable.Range(1, 5).Select(user => UserId.From((ulong)user))];
    }

    [TearDown]
    public void TearDown() => _store.Dispose();

    [Test]
    public void Read_ShadowOfTheSameContent_FindsEverythingEqual()
    {
        Assert.That(_store.Definitions.StartShadow(Feed, FeedSample.Definition(), every: 3, Catalog), Is.True);
        for (int i = 0; i < 4; i++)
        {
            ReadAll();
        }

        ShadowReport report = Await(7);
        Assert.That(
            (report.Sampled, report.Equal, report.Failed, report.Dropped), Is.EqualTo((Sampled: 7, Equal: 7, Failed: 0, Dropped: 0)));
        Assert.That(report.RowsInBoth, Is.Positive);
    }

    [Test]
    public void Read_ShorterShadow_CountsTheRowsThatItLacks()
    {
        int served = ReadAll();
        Assert.That(
            _store.Definitions.StartShadow(Feed, FeedSample.Definition() with { Version = 2, Size = 10 }, every: 1, Catalog),
            Is.True);
        Assert.That(ReadAll(), Is.EqualTo(served), "the caller is served as before");
        ShadowReport report = Await(5);
        Assert.That(
            (report.LengthDiffers, report.RowsInBoth, report.RowsOnlyServed, report.RowsOnlyShadow),
            Is.EqualTo((5, 50, served - 50, 0)));
    }

    [Test]
    public void ReadTensors_WithAShadow_SamplesEachUser()
    {
        _store.Definitions.StartShadow(Feed, FeedSample.Definition(), every: 1, Catalog);
        _store.ReadTensors(_users, Feed, new TensorSet().Bind<float>("mask", new float[_users.Length * FeedSample.Size]));
        Assert.That(Await(5).Equal, Is.EqualTo(5));
    }

    [Test]
    public void Read_ShadowThatThrows_CountsTheFailureAndServesTheCaller()
    {
        SequenceStages broken = new() { Filter = new ThrowingFilter() };
        _store.Definitions.StartShadow(Feed, FeedSample.Definition() with { Version = 2 }, every: 1, Catalog, broken);
        Assert.That(ReadAll(), Is.Positive);
        ShadowReport report = Await(5);
        Assert.That((report.Failed, report.Compared), Is.EqualTo((Failed: 5, Compared: 0)));
        Assert.That(report.LastFailure, Does.Contain("stage failed"));
    }

    [Test]
    public void Read_WithOverridesOrAsOf_IsNotSampled()
    {
        _store.Definitions.StartShadow(Feed, FeedSample.Definition(), every: 1, Catalog);
        _store.Read(_users[0], Feed, new ReadOptions { AsOf = DateTimeOffset.FromUnixTimeMilliseconds(TestStores.Start) }).Dispose();
        Assert.That(_store.Definitions.GetShadowReport(Feed)!.Sampled, Is.Zero);
    }

    [Test]
    public void Register_AnotherVersion_EndsTheShadow()
    {
        Assert.That(_store.Definitions.StartShadow("nobody", FeedSample.Definition(), every: 1, Catalog), Is.False);
        _store.Definitions.StartShadow(Feed, FeedSample.Definition(), every: 1, Catalog);
        _store.Definitions.Register(FeedSample.Definition() with { Version = 2 }, Catalog);
        Assert.That(_store.Definitions.GetShadowReport(Feed), Is.Null);
        Assert.That(_store.Definitions.StopShadow(Feed), Is.False);
    }

    [Test]
    public void StartShadow_OfWhatDoesNotFit_IsRefused()
    {
        SequenceDefinition candidate = FeedSample.Definition() with { Version = 2 };
        Assert.That(
            () => _store.Definitions.StartShadow(Feed, candidate, every: 1), Throws.TypeOf<DefinitionException>(),
            "no catalog, so no enricher");
        Assert.That(
            () => _store.Definitions.StartShadow(Feed, candidate, every: 0, Catalog),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(_store.Definitions.GetShadowReport(Feed), Is.Null);
    }

    [Test]
    public void Read_NotSampled_AllocatesNothing()
    {
        _store.Definitions.StartShadow(Feed, FeedSample.Definition(), every: int.MaxValue, Catalog);
        Assert.That(Allocations.LeastOf(() => ReadAll(), times: 20), Is.Zero);
    }

    private int ReadAll()
    {
        int rows = 0;
        foreach (UserId user in _users)
        {
            using ServedSequence answer = _store.Read(user, Feed);
            rows += answer.Count;
        }

        return rows;
    }

    /// <summary>The report once so many samples were compared or failed.</summary>
    private ShadowReport Await(long samples)
    {
        ShadowReport report = null!;
        Assert.That(
            SpinWait.SpinUntil(
                () => (report = _store.Definitions.GetShadowReport(Feed)!).Compared + report.Failed == samples, Patience),
            "no comparison came");
        return report;
    }

    private sealed class ThrowingFilter : IFilterStage
    {
        public void Filter(Signals.Serving.RowSet rows) => throw new InvalidOperationException("planted");
    }
}
