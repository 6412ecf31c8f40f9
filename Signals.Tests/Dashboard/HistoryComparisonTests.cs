using Signals.Dashboard.Rows;

namespace Signals.Tests.Dashboard;

/// <summary>What became of a user's events since a time, from two histories.</summary>
[Category("Fast")]
internal sealed class HistoryComparisonTests
{
    private static readonly UserId Alice = UserId.From("alice");

    private string _folder = null!;

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Comparison_OfEventsBeyondWhatWasShown_CallsNoneOfThemLate()
    {
        // Then the newest two of three were shown, now the newest three: the third one is not late, only older.
        UserHistory then = History("then", 2, (1000, 1, 5), (2000, 2, 5), (3000, 3, 5));
        UserHistory now = History("now", 3, (1000, 1, 5), (2000, 2, 5), (3000, 3, 5));
        HistoryComparison comparison = new(now, then, 1_700_000_005_000);
        Assert.That(now.Rows.Where(comparison.IsLate), Is.Empty);
        Assert.That(comparison.Gone, Is.Empty);
    }

    [Test]
    public void Comparison_OfNewEvents_CallsOnlyThoseLateThatHappenedBefore()
    {
        UserHistory then = History("then", 10, (1000, 1, 5));
        UserHistory now = History("now", 10, (500, 7, 5), (1000, 1, 5), (9000, 8, 5));
        HistoryComparison comparison = new(now, then, 1_700_000_005_000);
        Assert.That(now.Rows.Where(comparison.IsLate).Select(row => row.Id), Is.EqualTo(new[] { 7UL }));
    }

    [Test]
    public void Comparison_OfChangedAndLostEvents_NamesThem()
    {
        UserHistory then = History("then", 10, (1000, 1, 5), (2000, 2, 5));
        UserHistory now = History("now", 10, (1000, 1, 6));
        HistoryComparison comparison = new(now, then, 1_700_000_005_000);
        Assert.That(comparison.Changed(now.Rows.Single()), Is.EqualTo(new[] { "item" }));
        Assert.That(comparison.Gone.Select(row => row.Id), Is.EqualTo(new[] { 2UL }));
    }

    [Test]
    public void Comparison_OfAnEventThatFellOutOfTheShownOnes_DoesNotCallItGone()
    {
        UserHistory then = History("then", 2, (1000, 1, 5), (2000, 2, 5));
        UserHistory now = History("now", 2, (1000, 1, 5), (2000, 2, 5), (3000, 3, 5));
        Assert.That(new HistoryComparison(now, then, 1_700_000_005_000).Gone, Is.Empty);
    }

    private UserHistory History(string name, int last, params (long TimeMs, ulong Id, long Item)[] events)
    {
        using SignalStore store = SignalStore.Open(Path.Combine(_folder, name), DashboardHost.Schema, new StoreOptions());
        EventBatch batch = store.CreateBatch("view", events.Length);
        foreach ((long timeMs, ulong id, long item) in events)
        {
            batch.Add(Alice, 1_700_000_000_000 + timeMs, id).Set("item", item);
        }

        store.Append(batch);
        store.WaitUntilVisibleAsync().GetAwaiter().GetResult();
        return UserHistory.Read(store, store.Schema.EventTypes, last, query => store.Read(Alice, query));
    }
}
