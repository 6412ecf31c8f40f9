using Signals.Core.Columns;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Upkeep;

/// <summary>An erased user is hidden at once and for good, and gone from the tables after a compaction.</summary>
[Category("Fast")]
internal sealed class EraseTests
{
    private static readonly UserId Alice = UserId.From("alice");
    private static readonly UserId Bob = UserId.From("bob");

    private readonly ManualTime _time = new(TestStores.Start);
    private SimFileSystem _files = null!;

    [SetUp]
    public void SetUp()
    {
        _files = new SimFileSystem();
        _time.NowMs = TestStores.Start;
    }

    [Test]
    public async Task Erase_AtAnyStage_HidesAtOnceAndCompactionRemoves([Values(0, 1, 2)] int stage)
    {
        using SignalStore store = Open();
        Append(store, Alice, -1000, -10, 500); // one event is ahead of the clock
        Append(store, Bob, -10);
        if (stage > 0)
        {
            await store.FlushAsync();
        }

        if (stage > 1)
        {
            await store.CompactAsync();
        }

        Erase(store, Alice);
        Assert.That((Times(store, Alice), Status(store, Alice)), Is.EqualTo((Array.Empty<long>(), SequenceStatus.UnknownUser)));
        Append(store, Alice, -5, 0, 500); // late events of before the erasure
        Assert.That(Times(store, Alice), Is.Empty);
        Append(store, Alice, 501);
        Assert.That(Times(store, Alice), Is.EqualTo(new long[] { 501 }));
        await store.CompactAsync();
        Assert.That(Times(store, Alice), Is.EqualTo(new long[] { 501 }));
        Assert.That(RowsInTables(store, Alice), Is.EqualTo(new long[] { 501 }));
        Assert.That(Times(store, Bob), Is.EqualTo(new long[] { -10 }));
        Assert.That(TablesInFolder(), Is.EqualTo(store.GetStats().Tables));
    }

    [Test]
    public async Task Append_NotLaterThanWhatWasErased_IsCounted()
    {
        SignalStore store = Open();
        Append(store, Alice, 20 * 3_600_000); // a client whose clock is ahead
        Append(store, Bob, -10);
        Erase(store, Alice);
        Append(store, Alice, -5, 60_000, (20 * 3_600_000) + 1);
        Append(store, Bob, -5, 60_000);
        Assert.That(Times(store, Alice), Is.EqualTo(new long[] { (20 * 3_600_000) + 1 }));
        Assert.That(store.GetStats().EventsHiddenByErasure, Is.EqualTo(2));
        await store.CompactAsync();
        Assert.That(store.GetStats().EventsHiddenByErasure, Is.EqualTo(2));
        store.Dispose();
    }

    [Test]
    public void Erase_EventAheadOfTheClockStillInTheRing_HidesIt()
    {
        using SignalStore store = Open();
        EventBatch batch = store.CreateBatch("e");
        batch.Add(Alice, TestStores.Start + 2000, 1);
        store.Append(batch);
        Erase(store, Alice);
        Assert.That(Times(store, Alice), Is.Empty);
    }

    [Test]
    public async Task Erase_ThenReopenOrKill_StaysErased([Values] bool kill, [Values] bool flushed)
    {
        SignalStore store = Open();
        Append(store, Alice, -1000, -10);
        await store.FlushAsync();
        Erase(store, Alice);
        if (flushed)
        {
            await store.FlushAsync();
        }

        SimDisk image = _files.Recording().KillImage(_files.OperationCount);
        store.Engine.Close(abandon: kill);
        _files = kill ? new SimFileSystem(image) : _files;
        using SignalStore again = Open();
        Assert.That(Times(again, Alice), Is.Empty);
        Append(again, Alice, -10, 3);
        Assert.That(Times(again, Alice), Is.EqualTo(new long[] { 3 }));
        await again.CompactAsync();
        Assert.That(RowsInTables(again, Alice), Is.EqualTo(new long[] { 3 }));
        Assert.That(again.GetStats().ErasedUsers, Is.EqualTo(1));
    }

    [Test]
    public void Erase_UnknownUser_HidesWhatComesLate()
    {
        using SignalStore store = Open();
        Erase(store, Bob);
        Append(store, Bob, -1, 0, 1);
        Assert.That(Times(store, Bob), Is.EqualTo(new long[] { 1 }));
    }

    [Test]
    public void Erase_Again_MovesTheEndForwardOnly()
    {
        using SignalStore store = Open();
        _time.NowMs += 100;
        Erase(store, Bob);
        _time.NowMs -= 100; // a clock that was set back
        Erase(store, Bob);
        Append(store, Bob, 50, 100, 101);
        Assert.That(Times(store, Bob), Is.EqualTo(new long[] { 101 }));
    }

    private static void Append(SignalStore store, UserId user, params long[] offsets)
    {
        EventBatch batch = store.CreateBatch("e");
        foreach (long offset in offsets)
        {
            batch.Add(user, TestStores.Start + offset, 1).Set("n", (int)offset);
        }

        Assert.That(store.TryAppend(batch, out _));
        store.Engine.RunPending();
    }

    private static void Erase(SignalStore store, UserId user)
    {
        ValueTask<AppendAck> erased = store.EraseAsync(user);
        store.Engine.RunPending();
        Assert.That(erased.IsCompletedSuccessfully);
    }

    private static long[] Times(SignalStore store, UserId user)
    {
        using Sequence all = store.Read(user, store.Query("e").OldestFirst().Build());
        return [.. all.Times.ToArray().Select(time => time - TestStores.Start)];
    }

    private static SequenceStatus Status(SignalStore store, UserId user)
    {
        using Sequence all = store.Read(user, store.Query("e").Build());
        return all.Status;
    }

    /// <summary>The user's times in the decoded rows of every table, whatever erasures say.</summary>
    private static List<long> RowsInTables(SignalStore store, UserId user)
    {
        List<long> times = [];
        foreach (Table table in store.Engine.Tables.Tables)
        {
            TableCursor cursor = table.CreateCursor();
            while (cursor.MoveNext())
            {
                if (cursor.User == user)
                {
                    RowBuffer rows = new([ColumnType.Scalar<int>()]);
                    cursor.AppendTo(rows, cursor.Rows.Count);
                    times.AddRange(rows.Times.ToArray().Select(time => time - TestStores.Start));
                }
            }
        }

        return times;
    }

    private int TablesInFolder() => _files.ListFiles(TestStores.Folder).Count(name => name.EndsWith(".tbl", StringComparison.Ordinal));

    private SignalStore Open() => TestStores.Open(_files, StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n"))), _time);
}
