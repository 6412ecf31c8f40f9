using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Compacting;

/// <summary>
/// Events exactly at the edge of what is kept: reads hide what went, so that only the rows of the tables tell whether a flush or a merge
/// keeps one too many, or takes one that a read gives.
/// </summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RetentionBoundaryTests
{
    private const long Now = TestStores.Start + 3_600_000;

    private static readonly UserId User = UserId.From(1UL);
    private static readonly UserId Other = UserId.From(2UL);

    private readonly SimFileSystem _files = new(record: false);
    private readonly ManualTime _time = new(Now);

    [Test]
    public async Task Erase_EventAtTheCutoff_IsInNoTableAfterwards([Values] bool flushedBefore)
    {
        using SignalStore store = Open(type => type);
        Append(store, User, Now - 1, Now);
        Append(store, Other, Now);
        if (flushedBefore)
        {
            await store.FlushAsync();
            Assert.That(Rows(store), Is.EqualTo(3));
        }

        ValueTask<AppendAck> erased = store.EraseAsync(User);
        store.Engine.RunPending();
        await erased;
        _time.NowMs++;
        Append(store, User, Now + 1);
        await store.FlushAsync();
        await store.CompactAsync();
        Assert.That(Rows(store), Is.EqualTo(2), "the one behind the cutoff, and the other user's");
        Assert.That(Times(store), Is.EqualTo(new[] { Now + 1 }));
    }

    [Test]
    public async Task Erase_ThenFlushAlone_LeavesNoRowAtTheCutoff()
    {
        using SignalStore store = Open(type => type);
        Append(store, User, Now - 1, Now);
        Append(store, Other, Now);
        ValueTask<AppendAck> erased = store.EraseAsync(User);
        store.Engine.RunPending();
        await erased;
        await store.FlushAsync();
        Assert.That(Rows(store), Is.EqualTo(1));
    }

    [Test]
    public async Task MaxAge_EventExactlySoOld_IsReadAndKept([Values(-1, 0, 1)] int younger, [Values] bool compacted)
    {
        using SignalStore store = Open(type => type.MaxAge(TimeSpan.FromHours(1)));
        _time.NowMs = Now - 3_600_000;
        Append(store, User, Now - 3_600_000 + younger);
        if (compacted)
        {
            await store.FlushAsync();
        }

        Append(store, Other, Now - 3_600_000 + 100);
        if (compacted)
        {
            await store.FlushAsync();
        }

        _time.NowMs = Now;
        Append(store, Other, Now); // only an event proves that time went on
        long[] read = Times(store);
        await store.FlushAsync();
        await store.CompactAsync();
        Assert.That(read, Has.Length.EqualTo(younger < 0 ? 0 : 1));
        Assert.That(Times(store), Is.EqualTo(read));
        Assert.That(Rows(store), Is.EqualTo(2 + read.Length), "what is read is kept, and nothing else");
    }

    [Test]
    public async Task KeepLast_OneMoreThanThat_IsGoneAndNoOther([Values(2, 3, 4, 7)] int events, [Values] bool oneByOne)
    {
        using SignalStore store = Open(type => type.KeepLast(3));
        for (int i = 0; i < events; i++)
        {
            Append(store, User, Now - i);
            if (oneByOne)
            {
                await store.FlushAsync();
            }
        }

        await store.FlushAsync();
        Assert.That(
            Rows(store), oneByOne ? Is.GreaterThanOrEqualTo(Math.Min(3, events)) : Is.EqualTo(Math.Min(3, events)),
            "a flush knows nothing of other tables");
        await store.CompactAsync();
        Assert.That(Rows(store), Is.EqualTo(Math.Min(3, events)));
        Assert.That(Times(store), Is.EqualTo(Enumerable.Range(0, Math.Min(3, events)).Select(i => Now - i)));
    }

    private SignalStore Open(Func<EventTypeBuilder, EventTypeBuilder> define)
    {
        _files.CreateDirectory(TestStores.Folder);
        return TestStores.Open(_files, StoreSchema.Define(schema => schema.EventType("e", type => define(type.Field<int>("n")))), _time);
    }

    private static void Append(SignalStore store, UserId user, params ReadOnlySpan<long> times)
    {
        EventBatch batch = store.CreateBatch("e");
        foreach (long time in times)
        {
            batch.Add(user, time, (ulong)time).Set("n", 1);
        }

        store.Append(batch);
        store.Engine.RunPending();
    }

    private static long[] Times(SignalStore store)
    {
        using Sequence read = store.Read(User, store.Query("e").Build());
        return [.. read.Times];
    }

    private static long Rows(SignalStore store) => store.GetTables().Sum(table => table.Rows);
}
