using Signals.Maintenance;
using Signals.Storage.Engine.Context;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Telemetry;

namespace Signals.Tests.Storage.Engine.Compacting;

/// <summary>A wrong clock and a wrong declaration hide events; nothing is deleted for good because of them.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SafeRetentionTests
{
    private const long Hour = 3_600_000;
    private const long Day = 24 * Hour;
    private const int Events = 300;

    private static readonly UserId User = UserId.From(1UL);
    private static readonly EngineOptions Safe = TestStores.Tiny with { RetentionGrace = TimeSpan.FromDays(1) };

    private readonly SimFileSystem _files = new();
    private readonly ManualTime _time = new(TestStores.Start);
    private readonly RecordingObserver _observer = new();

    [Test]
    public async Task CompactAsync_ClockAYearAhead_DeletesNothing([Values] bool withGrace, [Values] bool flushedBefore)
    {
        using SignalStore store = Open(90, withGrace ? Safe : TestStores.Tiny);
        Fill(store);
        if (flushedBefore)
        {
            await store.FlushAsync();
        }

        _time.NowMs += 365 * Day;
        Assert.That(Count(store), Is.Zero, "reads follow the clock");
        await store.CompactAsync();
        Assert.That(Rows(store), Is.EqualTo(Events));
        _time.NowMs -= 365 * Day;
        Assert.That(Count(store), Is.EqualTo(Events));
    }

    [Test]
    public async Task CompactAsync_ClockAYearAheadAndEventsOfThatTime_DeletesNothingForADay()
    {
        SignalStore store = Open(90, Safe);
        Fill(store);
        await store.FlushAsync();
        _time.NowMs += 365 * Day;
        for (int opening = 0; opening < 3; opening++)
        {
            Append(store, _time.NowMs);
            await store.CompactAsync();
            store.Dispose();
            store = Open(90, Safe);
            _time.NowMs += 7 * Hour;
        }

        Assert.That(_observer.Retention.Select(report => report.Change), Is.EqualTo(Enumerable.Repeat(RetentionChange.ClockAhead, 3)));
        _time.NowMs = TestStores.Start + (21 * Hour);
        await store.CompactAsync();
        Assert.That(Count(store), Is.EqualTo(Events + 3), "events of a time to come stay, and nothing is missing");
        store.Dispose();
    }

    [Test]
    public async Task CompactAsync_ClockAheadForMoreThanTheGrace_IsBelieved()
    {
        using SignalStore store = Open(90, Safe);
        Fill(store);
        await store.FlushAsync();
        _time.NowMs += 365 * Day;
        Append(store, _time.NowMs);
        for (int step = 0; step <= 3; step++)
        {
            await store.CompactAsync();
            Assert.That(Rows(store), Is.EqualTo(step < 3 ? Events + 1 : 1), $"after {step * 8} hours");
            _time.NowMs += 8 * Hour;
        }
    }

    [Test]
    public async Task CompactAsync_TimeGoesOnWithEvents_DropsWhatIsTooOldAtOnce()
    {
        using SignalStore store = Open(90, Safe);
        Fill(store);
        await store.FlushAsync();
        for (int day = 1; day <= 10; day++)
        {
            _time.NowMs += Day;
            Append(store, _time.NowMs);
            await store.CompactAsync();
            Assert.That(Rows(store), Is.EqualTo(Count(store)), $"day {day}");
        }

        Assert.That(Rows(store), Is.LessThan(Events));
    }

    [Test]
    public async Task Open_OnceWithAMaxAgeOfADay_AllRowsComeBack([Values] bool flushedBefore, [Values] bool killed)
    {
        SignalStore store = Open(90, Safe);
        Fill(store);
        if (flushedBefore)
        {
            await store.FlushAsync();
        }

        store.Dispose();
        store = Open(1, Safe);
        Assert.That(Count(store), Is.LessThan(10), "reads follow the declaration");
        await store.CompactAsync();
        Append(store, TestStores.Start + 1);
        await store.CompactAsync();
        SimFileSystem disk = killed ? new SimFileSystem(_files.Recording().KillImage(_files.OperationCount)) : _files;
        store.Dispose();

        using SignalStore again = Open(90, Safe, disk);
        await again.CompactAsync();
        Assert.That((Count(again), Rows(again)), Is.EqualTo((Events + 1, (long)Events + 1)));
        RetentionChange[] expected = [RetentionChange.Held, RetentionChange.Undone];
        Assert.That(_observer.Retention.Select(report => report.Change), Is.EqualTo(expected));
    }

    [Test]
    public async Task Open_OnceWithAShorterLastN_AllRowsComeBack([Values] bool flushedBefore)
    {
        SignalStore store = Open(Last(Events), Safe);
        Fill(store);
        if (flushedBefore)
        {
            await store.FlushAsync();
        }

        store.Dispose();
        store = Open(Last(5), Safe);
        Assert.That(Count(store), Is.EqualTo(5));
        await store.CompactAsync();
        store.Dispose();
        using SignalStore again = Open(Last(Events), Safe);
        await again.CompactAsync();
        Assert.That((Count(again), Rows(again)), Is.EqualTo((Events, (long)Events)));
    }

    [Test]
    public async Task CompactAsync_GraceOfAShorterLastNOver_DeletesItAndSaysSo([Values] bool reopened)
    {
        SignalStore store = Open(Last(Events), Safe);
        Fill(store);
        await store.CompactAsync();
        store.Dispose();
        store = Open(Last(5), Safe);
        _time.NowMs += Day - 1;
        await store.CompactAsync();
        store.Engine.RunPending();
        Assert.That(Rows(store), Is.EqualTo(Events));
        if (reopened)
        {
            store.Dispose();
            store = Open(Last(5), Safe);
        }

        _time.NowMs++;
        store.Engine.RunPending();
        Assert.That(Rows(store), Is.EqualTo(5), "also without a call, and though no row was added");
        Assert.That(_observer.Compaction, Has.Property("FollowsShorterRetention").True.And.Property("RowsDropped").Positive);
        RetentionReport held = _observer.Retention[0];
        Assert.That((held.EventType, held.HeldKeepLast, held.DeclaredKeepLast), Is.EqualTo(("e", Events, 5)));
        Assert.That(held.Until - held.Since, Is.EqualTo(TimeSpan.FromDays(1)));
        Assert.That(_observer.Retention[^1].Change, Is.EqualTo(RetentionChange.InForce));
        store.Dispose();

        using SignalStore again = Open(Last(Events), Safe);
        Assert.That(Count(again), Is.EqualTo(5), "nothing is held any more");
    }

    [Test]
    public async Task Open_ShorterTwice_TheSecondTimeHasAGraceOfItsOwn()
    {
        SignalStore store = Open(90, Safe);
        Fill(store);
        await store.FlushAsync();
        foreach (int days in (int[])[30, 1])
        {
            store.Dispose();
            store = Open(days, Safe);
            _time.NowMs += 20 * Hour;
            Append(store, _time.NowMs);
            await store.CompactAsync();
        }

        store.Dispose();
        using SignalStore again = Open(90, Safe);
        Assert.That((Count(again), Rows(again)), Is.EqualTo((Events + 2, (long)Events + 2)));
    }

    [Test]
    public async Task Open_WithoutAGrace_DeletesAtOnce()
    {
        SignalStore store = Open(Last(Events), Safe);
        Fill(store);
        await store.CompactAsync();
        store.Dispose();
        store = Open(Last(5), TestStores.Tiny);
        await store.CompactAsync();
        Assert.That(Rows(store), Is.EqualTo(5));
        store.Dispose();
        Assert.That(_observer.Retention, Is.Empty);
    }

    [Test]
    public async Task Open_ShorterAndKilledAtAnyOperation_LosesNothing()
    {
        using (SignalStore first = Open(90, Safe))
        {
            Fill(first);
            await first.FlushAsync();
            Append(first, TestStores.Start + 1);
        }

        int begun = _files.OperationCount;
        using (SignalStore wrong = Open(1, Safe))
        {
            await wrong.CompactAsync();
        }

        SimRecording run = _files.Recording();
        for (int operation = begun; operation <= _files.OperationCount; operation++)
        {
            SimFileSystem disk = new(run.CrashImage(operation, (ulong)operation), record: false);
            using (SignalStore wrongAgain = Open(1, Safe, disk))
            {
                await wrongAgain.CompactAsync();
            }

            using SignalStore right = Open(90, Safe, disk);
            Assert.That(Count(right), Is.EqualTo(Events + 1), $"killed after operation {operation}");
        }
    }

    [Test]
    public async Task RunPending_ClockAYearAhead_LetsNoKeptVersionGo()
    {
        VersionRetention hour = new() { Age = TimeSpan.FromHours(1) };
        using SignalStore store = Open(90, Safe with { Retention = hour });
        for (int i = 0; i < 3; i++)
        {
            _time.NowMs += 10_000;
            Append(store, _time.NowMs);
            await store.FlushAsync();
            store.Engine.RunPending();
        }

        long kept = store.GetStats().KeptVersions;
        Assert.That(kept, Is.GreaterThanOrEqualTo(3));
        _time.NowMs += 365 * Day;
        store.Engine.RunPending();
        Assert.That(store.GetStats().KeptVersions, Is.EqualTo(kept));
        _time.NowMs += Day;
        store.Engine.RunPending();
        Assert.That(store.GetStats().KeptVersions, Is.LessThan(kept));
    }

    private static StoreSchema Last(int events) =>
        StoreSchema.Define(schema => schema.EventType("e", type => type.Field<int>("n").KeepLast(events).Window(TimeSpan.FromDays(7))));

    private SignalStore Open(int days, EngineOptions options, SimFileSystem? files = null) => Open(
        StoreSchema.Define(schema => schema.EventType(
            "e", type => type.Field<int>("n").MaxAge(TimeSpan.FromDays(days)).Window(TimeSpan.FromDays(7)))),
        options,
        files);

    private SignalStore Open(StoreSchema schema, EngineOptions options, SimFileSystem? files = null) =>
        TestStores.Open(files ?? _files, schema, _time, options with { Observer = _observer });

    // One event every seven hours, so that the oldest is just within ninety days.
    private static void Fill(SignalStore store)
    {
        for (int i = 0; i < Events; i++)
        {
            Append(store, TestStores.Start - (i * 7 * Hour));
        }
    }

    private static void Append(SignalStore store, long timeMs)
    {
        EventBatch batch = store.CreateBatch("e");
        batch.Add(User, timeMs, 1).Set("n", 1);
        store.Append(batch);
        store.Engine.RunPending();
    }

    private static int Count(SignalStore store)
    {
        using Sequence all = store.Read(User, store.Query("e").Build());
        return all.Count;
    }

    private static long Rows(SignalStore store) => store.GetStats().TableRows;
}
