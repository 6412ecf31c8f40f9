namespace Signals.Tests.Storage.Engine;

/// <summary>An erasure up to a given time hides the same events whenever it is applied.</summary>
[Category("Fast")]
internal sealed class EraseUpToTests
{
    private static readonly UserId User = UserId.From(7);

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")));

    private string _path = null!;

    [SetUp]
    public void MakeFolder() => _path = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_path, recursive: true);

    [Test]
    public async Task EraseUpToAsync_LaterThanTheEvents_HidesEventsUpToTheTimeAndNoneAfterIt()
    {
        await using SignalStore store = SignalStore.Open(_path, Schema);
        DateTimeOffset upTo = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);
        await AppendAsync(store, upTo.AddSeconds(-10), 1);
        await store.EraseUpToAsync(User, upTo);
        await AppendAsync(store, upTo, 2);
        await AppendAsync(store, upTo.AddMilliseconds(1), 3);
        Assert.That(Ids(store), Is.EqualTo(new ulong[] { 3 }), "what follows the time is not hidden, although it is in the past");
    }

    [Test]
    public async Task EraseUpToAsync_AnEarlierEventHasALaterTime_HidesItToo()
    {
        await using SignalStore store = SignalStore.Open(_path, Schema);
        DateTimeOffset upTo = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);
        await AppendAsync(store, upTo.AddSeconds(20), 1);
        await store.EraseUpToAsync(User, upTo);
        Assert.That(Ids(store), Is.Empty);
    }

    [Test]
    public void EraseUpToAsync_ATimeThatWasNotSet_IsRefused()
    {
        using SignalStore store = SignalStore.Open(_path, Schema);
        Assert.That(async () => await store.EraseUpToAsync(User, default), Throws.ArgumentException);
    }

    private static async Task AppendAsync(SignalStore store, DateTimeOffset time, ulong id)
    {
        EventBatch batch = store.CreateBatch("view");
        batch.Add(User, time, id).Set("n", 1);
        await store.AppendAsync(batch);
    }

    private static ulong[] Ids(SignalStore store)
    {
        using Sequence seen = store.Read(User, store.Query("view").Last(10).Build());
        return seen.Ids.ToArray();
    }
}
