using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Upkeep;

/// <summary>A store that keeps versions, while reads, merges, erasures and the end of versions let go of the same files.</summary>
[Category("Fast")]
internal sealed class FileOwnershipTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(schema => schema.EventType("e", type => type.Field<long>("a")));
    private static readonly UserId Alice = UserId.From("alice");
    private static readonly UserId Bob = UserId.From("bob");

    private readonly ManualTime _time = new(TestStores.Start);
    private SimFileSystem _files = null!;

    [SetUp]
    public void SetUp()
    {
        _files = new SimFileSystem(record: false);
        _time.NowMs = TestStores.Start;
    }

    [Test]
    public async Task CompactAsync_AfterAnErasureWhileAReadIsUnderWay_DeletesEachFileOnce()
    {
        using SignalStore store = Open();
        await FlushThree(store);
        await Erase(store);
        using (store.Engine.TestHoldRead())
        {
            await store.CompactAsync(); // merges retire the files, the clean compaction lets the versions with them go
        }

        TurnAll(store);
        Assert.That(store.FirstError, Is.Null);
        Assert.That(TablesInFolder(), Is.EqualTo(store.GetStats().Tables));
        Assert.That(Count(store, Bob), Is.EqualTo(3));
    }

    [Test]
    public async Task Upkeep_VersionsGoByAgeWhileAReadIsUnderWay_DeletesEachFileOnce()
    {
        using SignalStore store = Open();
        await FlushThree(store);
        using (store.Engine.TestHoldRead())
        {
            await store.CompactAsync();
            _time.NowMs += (long)TimeSpan.FromHours(2).TotalMilliseconds;
            await Append(store);
            await store.FlushAsync();
            _time.NowMs += (long)TimeSpan.FromHours(2).TotalMilliseconds;
            TurnAll(store);
        }

        TurnAll(store);
        Assert.That(store.FirstError, Is.Null);
        Assert.That(Count(store, Bob), Is.EqualTo(4));
    }

    [Test]
    public async Task CompactAsync_ThatClosingInterrupts_CountsAsNothing()
    {
        SignalStore store = Open();
        await FlushThree(store);
        await Erase(store);
        ulong erased = store.Engine.History!.Versions[^1].Number;
        store.Engine.TestInterruptCompaction();
        Assert.That(() => store.CompactAsync(), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(store.Engine.History.Versions[0].Number, Is.LessThanOrEqualTo(erased), "their files hold events of the erased user");
        store.Dispose();
        store = Open();
        await store.CompactAsync();
        Assert.That(store.Engine.History!.Versions[0].Number, Is.GreaterThan(erased));
        Assert.That(TablesInFolder(), Is.EqualTo(store.GetStats().Tables));
        store.Dispose();
    }

    private SignalStore Open() => TestStores.Open(
        _files, Schema, _time, TestStores.Tiny with { Retention = new VersionRetention { Age = TimeSpan.FromHours(1) } });

    private static void TurnAll(SignalStore store) => Array.ForEach(store.Engine.TestTurns, turn => turn.Turn());

    private async Task FlushThree(SignalStore store)
    {
        for (int i = 0; i < 3; i++)
        {
            await Append(store);
            await store.FlushAsync();
        }
    }

    private async Task Append(SignalStore store)
    {
        _time.NowMs += 1000;
        EventBatch batch = store.CreateBatch("e");
        batch.Add(Alice, _time.NowMs, 1).Set("a", 1L);
        batch.Add(Bob, _time.NowMs, 1).Set("a", 1L);
        ValueTask<AppendAck> acked = store.AppendAsync(batch);
        store.Engine.RunPending();
        await acked;
    }

    private static async Task Erase(SignalStore store)
    {
        ValueTask<AppendAck> erased = store.EraseAsync(Alice);
        store.Engine.RunPending();
        await erased;
    }

    private static int Count(SignalStore store, UserId user)
    {
        using Sequence read = store.Read(user, store.Query("e").Build());
        return read.Count;
    }

    private int TablesInFolder() => _files.ListFiles(TestStores.Folder).Count(name => name.EndsWith(".tbl", StringComparison.Ordinal));
}
