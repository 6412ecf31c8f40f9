using Signals.Dashboard.Rows;

namespace Signals.Tests.Dashboard;

/// <summary>A user's newest events of several types: which ones, and what is read for them.</summary>
[Category("Fast")]
internal sealed class UserHistoryTests
{
    private static readonly UserId Alice = UserId.From("alice");

    private SignalStore _store = null!;

    [SetUp]
    public void Open() => _store = SignalStore.InMemory(DashboardHost.Schema);

    [TearDown]
    public void Close() => _store.Dispose();

    [Test]
    public async Task Read_OfManyTypes_ReadsTheCellsOfNoMoreRowsThanItShows()
    {
        // The views are newer than all purchases, so no purchase is shown.
        await AppendAsync("purchase", 300, i => 1_000_000_000_000 + i);
        await AppendAsync("view", 300, i => 1_100_000_000_000 + i);
        int withCells = 0;
        UserHistory history = UserHistory.Read(_store, _store.Schema.EventTypes, 200, query =>
        {
            Sequence sequence = _store.Read(Alice, query);
            withCells += query.ColumnNames.Count > 0 ? sequence.Count : 0;
            return sequence;
        });
        Assert.That(withCells, Is.EqualTo(200));
        Assert.That(history.Rows.Select(row => row.Id), Is.EqualTo(Enumerable.Range(0, 200).Select(i => (ulong)(300 - i))));
        Assert.That(history.Rows[0].Cells["item"], Is.EqualTo("\"299\""));
        Assert.That(history.End, Is.EqualTo(history.Rows[^1].Key));
    }

    [TestCase(1)]
    [TestCase(150)]
    [TestCase(299)]
    [TestCase(300)]
    public async Task Read_OfEventsOfOneTime_ShowsEachOnceAndTheHighestFirst(int last)
    {
        await AppendAsync("view", 150, _ => 1_000_000_000_000);
        await AppendAsync("purchase", 150, _ => 1_000_000_000_000);
        IEnumerable<(ushort Type, ulong Id)> expected =
            Keys("view", last).Concat(Keys("purchase", last)).OrderDescending().Take(last);
        UserHistory history = UserHistory.Read(_store, _store.Schema.EventTypes, last, query => _store.Read(Alice, query));
        Assert.That(history.Rows.Select(row => (row.Type.Id, row.Id)), Is.EqualTo(expected));
        Assert.That(history.Rows.Select(row => row.Cells["item"]), Is.EqualTo(history.Rows.Select(row => $"\"{row.Id - 1}\"")));
        Assert.That(history.End is null, Is.EqualTo(last == 300));
    }

    [Test]
    public async Task Read_OfAUserWhoIsErasedMeanwhile_ShowsWhatIsLeft()
    {
        await AppendAsync("view", 100, i => 1_000_000_000_000 + i);
        bool isErased = false;
        UserHistory history = UserHistory.Read(_store, _store.Schema.EventTypes, 100, query =>
        {
            if (query.ColumnNames.Count > 0 && !isErased)
            {
                isErased = true;
                _store.EraseAsync(Alice).AsTask().GetAwaiter().GetResult();
            }

            return _store.Read(Alice, query);
        });
        Assert.That(isErased);
        Assert.That(history.Rows, Is.Empty);
    }

    private (ushort Type, ulong Id)[] Keys(string type, int last)
    {
        using Sequence sequence = _store.Read(Alice, _store.Query(type).Last(last).Build());
        return [.. sequence.Ids.ToArray().Select(id => (_store.Schema[type].Id, id))];
    }

    private async Task AppendAsync(string type, int count, Func<int, long> timeMs)
    {
        EventBatch batch = _store.CreateBatch(type, count);
        for (int i = 0; i < count; i++)
        {
            batch.Add(Alice, timeMs(i), (ulong)i + 1).Set("item", (long)i);
        }

        await _store.AppendAsync(batch);
    }
}
