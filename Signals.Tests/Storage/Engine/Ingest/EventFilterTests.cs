using Signals.Storage.Engine.Context;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Ingest;

/// <summary>Events with impossible times, left out one by one instead of refused with their batch.</summary>
[Category("Fast")]
internal sealed class EventFilterTests
{
    private const long Day = 86_400_000;
    private const long Start = TestStores.Start;

    private static readonly UserId Bob = UserId.From(2UL);
    private static readonly EngineOptions Options = TestStores.Tiny with
    {
        RejectedEvents = RejectedEvents.LeaveOut,
        MaxPastTime = TimeSpan.FromDays(1000),
    };

    [Test]
    public async Task Append_SomeTimesOutOfRange_TakesTheOthersAndCountsByReason([Values(0, 1, 2)] int way)
    {
        using SignalStore store = Open();
        EventBatch batch = Batch(store, Start, Start + (2 * Day), 5, 6, Start - Day, long.MaxValue, Start - (999 * Day), long.MinValue);
        Task appended = way switch
        {
            0 => Task.FromResult(store.TryAppend(batch, out _)),
            1 => Task.FromResult(store.Append(batch)),
            _ => store.AppendAsync(batch).AsTask(),
        };
        store.Engine.RunPending();
        await appended;
        Assert.That(Read(store), Is.EqualTo(new[] { (Start, 1), (Start - Day, 5), (Start - (999 * Day), 7) }));
        Assert.That(batch.Count, Is.EqualTo(8), "the caller's batch stays as it is");
        AssertCounts(store, early: 3, late: 2, leftOut: 5);
        await store.FlushAsync();
        Assert.That(store.GetStats().EventsApplied, Is.EqualTo(3));
    }

    [Test]
    public void Append_NothingLeft_IsRefusedAsBefore()
    {
        using SignalStore store = Open();
        EventBatch batch = Batch(store, Start / 1000, (Start / 1000) + 1);
        EventRejectedException error = Assert.Throws<EventRejectedException>(() => store.TryAppend(batch, out _))!;
        Assert.That(error.LooksLike, Is.EqualTo("seconds"));
        AssertCounts(store, early: 2, late: 0, leftOut: 0);
    }

    [Test]
    public void Append_RingFull_CountsOnceItHasRoom()
    {
        using SignalStore store = Open();
        EventBatch filler = Batch(store, [.. Enumerable.Range(0, 200).Select(i => Start - i)]);
        EventBatch batch = Batch(store, [.. Enumerable.Range(0, 200).Select(i => i == 0 ? 5 : Start - i)]);
        while (store.TryAppend(filler, out _))
        {
        }

        Assert.That(store.TryAppend(batch, out _), Is.False);
        AssertCounts(store, early: 0, late: 0, leftOut: 0);
        store.Engine.RunPending();
        Assert.That(store.TryAppend(batch, out _));
        AssertCounts(store, early: 1, late: 0, leftOut: 1);
    }

    [Test]
    public void AppendGroup_SomeOrAllOutOfRange_MovesThePosition()
    {
        using SignalStore store = Open();
        EventGroup group = store.CreateGroup("source");
        foreach (long[] times in (long[][])[[Start, 5], [7, long.MaxValue]])
        {
            group.Clear();
            group.Position += 10;
            Array.ForEach(times, time => group["e"].Add(Bob, time, 1).Set("n", 1));
            Assert.That(store.TryAppendGroup(group, out _));
        }

        store.Engine.RunPending();
        Assert.That((Read(store), store.GetResumePosition("source")), Is.EqualTo((new[] { (Start, 1) }, 20L)));
        AssertCounts(store, early: 2, late: 1, leftOut: 3);
    }

    [Test]
    public void AppendGroup_AllInAnotherUnit_IsRefusedWithItsName()
    {
        using SignalStore store = Open();
        EventGroup group = store.CreateGroup("source");
        group.Position = 10;
        group["e"].Add(Bob, Start * 1000, 1);
        group["e"].Add(Bob, (Start + 1) * 1000, 1);
        EventRejectedException error = Assert.Throws<EventRejectedException>(() => store.TryAppendGroup(group, out _))!;
        Assert.That((error.LooksLike, store.GetResumePosition("source")), Is.EqualTo(("microseconds", default(long?))));
    }

    [Test]
    public void AppendGroup_AllOrNothing_IsRefusedWhole()
    {
        using SignalStore store = Open();
        EventGroup group = store.CreateGroup("log");
        group.IsAllOrNothing = true;
        group.Position = 10;
        group["e"].Add(Bob, Start, 1);
        group["e"].Add(Bob, 5, 1);
        Assert.That(() => store.TryAppendGroup(group, out _), Throws.InstanceOf<EventRejectedException>());
        Assert.That(store.GetResumePosition("log"), Is.Null);
        AssertCounts(store, early: 2, late: 0, leftOut: 0);
    }

    [Test]
    public async Task AppendAsync_CancelledBeforeThereIsRoomAndTriedAgain_CountsOnce([Values] bool asGroup)
    {
        using SignalStore store = Open();
        EventBatch filler = Batch(store, [.. Enumerable.Range(0, 200).Select(i => Start - i)]);
        EventBatch batch = Batch(store, [.. Enumerable.Range(0, 200).Select(i => i == 0 ? 5 : Start - i)]);
        EventGroup group = store.CreateGroup("source");
        group["e"].Append(batch, 0, batch.Count);
        while (store.TryAppend(filler, out _))
        {
        }

        using CancellationTokenSource cancel = new();
        Task waits = AppendAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThatAsync(() => waits, Throws.InstanceOf<OperationCanceledException>());
        AssertCounts(store, early: 0, late: 0, leftOut: 0);
        store.Engine.RunPending();
        Task appended = AppendAsync(default);
        store.Engine.RunPending();
        await appended;
        AssertCounts(store, early: 1, late: 0, leftOut: 1);

        Task AppendAsync(CancellationToken token) => asGroup
            ? store.AppendGroupAsync(group, token).AsTask()
            : store.AppendAsync(batch, token).AsTask();
    }

    [Test]
    public void Append_PolicyOfOldAndTooLarge_RefusesTheWholeBatchByReason()
    {
        using SignalStore store = TestStores.Open(
            new SimFileSystem(), Schema(), new ManualTime(Start), Options with { RejectedEvents = RejectedEvents.RefuseBatch });
        Assert.That(() => store.TryAppend(Batch(store, Start, 5), out _), Throws.InstanceOf<EventRejectedException>());
        Assert.That(() => store.TryAppend(Batch(store, Start, long.MaxValue, Start), out _), Throws.InstanceOf<EventRejectedException>());
        EventBatch large = Batch(store, [.. Enumerable.Range(0, 5000).Select(i => Start - (i * 100_003L))]);
        Assert.That(() => store.TryAppend(large, out _), Throws.InstanceOf<EventRejectedException>());
        AssertCounts(store, early: 2, late: 3, leftOut: 0);
        Assert.That((store.GetStats().EventsTooLarge, store.GetStats().EventsRejected), Is.EqualTo((5000L, 5005L)));
    }

    private static SignalStore Open() => TestStores.Open(new SimFileSystem(), Schema(), new ManualTime(Start), Options);

    private static StoreSchema Schema() => StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n")));

    private static EventBatch Batch(SignalStore store, params long[] times)
    {
        EventBatch batch = store.CreateBatch("e");
        for (int i = 0; i < times.Length; i++)
        {
            batch.Add(Bob, times[i], 1).Set("n", i + 1);
        }

        return batch;
    }

    private static (long Time, int Number)[] Read(SignalStore store)
    {
        using Sequence all = store.Read(Bob, store.Query("e").Columns("n").Build());
        return [.. all.Times.ToArray().Zip(all.Field<int>("n").ToArray())];
    }

    private static void AssertCounts(SignalStore store, long early, long late, long leftOut)
    {
        StoreStats stats = store.GetStats();
        Assert.That((stats.EventsTooEarly, stats.EventsTooLate, stats.EventsLeftOut), Is.EqualTo((early, late, leftOut)));
    }
}
