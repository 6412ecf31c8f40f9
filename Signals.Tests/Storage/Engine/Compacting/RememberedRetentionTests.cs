using Signals.Storage.Engine.Context;
using Signals.Storage.Maintenance;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Telemetry;

namespace Signals.Tests.Storage.Engine.Compacting;

/// <summary>What a store remembers of the clock and of held limits, through sessions, failures and salvage.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RememberedRetentionTests
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
    public void RunPending_ClockAYearAheadAndAnErasureNotCleaned_LetsOldVersionsGo()
    {
        using SignalStore store = Open(90, Safe with { Retention = new VersionRetention { Age = TimeSpan.FromHours(1) } });
        for (int i = 0; i < 3; i++)
        {
            _time.NowMs += 10_000;
            Append(store, _time.NowMs);
            Wait(store.FlushAsync());
        }

        Wait(store.EraseAsync(User).AsTask());
        Wait(store.FlushAsync());
        long kept = store.GetStats().KeptVersions;
        _time.NowMs += 365 * Day;
        store.Engine.RunPending();
        Assert.That(store.GetStats().KeptVersions, Is.LessThan(kept), "an erased user is not kept longer than the age says");

        void Wait(Task task)
        {
            store.Engine.RunPending();
            task.GetAwaiter().GetResult();
        }
    }

    [Test]
    public async Task Open_AgainAndAgainWithoutWork_ShorterLimitsComeIntoForce([Values] bool aheadAtFirst)
    {
        SignalStore store = Open(Last(Events), Safe);
        Fill(store);
        await store.CompactAsync();
        store.Dispose();
        _time.NowMs += aheadAtFirst ? 365 * Day : 0;
        for (int session = 0; session < 6; session++)
        {
            Open(Last(5), Safe).Dispose();
            _time.NowMs += 10 * Hour;
        }

        store = Open(Last(5), Safe);
        store.Engine.RunPending();
        Assert.That(Rows(store), Is.EqualTo(5));
        store.Dispose();
    }

    [Test]
    public async Task RunPending_ClockAheadForMoreThanTheGraceInAnIdleStore_IsRemembered()
    {
        SignalStore store = Open(90, Safe);
        Fill(store);
        await store.CompactAsync();
        _time.NowMs += 365 * Day;
        for (int hour = 0; hour <= 24; hour++)
        {
            store.Engine.RunPending();
            _time.NowMs += Hour;
        }

        store.Engine.RunPending();
        int operations = _files.OperationCount;
        store.Engine.RunPending();
        Assert.That(_files.OperationCount, Is.EqualTo(operations), "nothing is written while nothing changes");
        store.Dispose();
        _observer.Retention.Clear();
        using SignalStore again = Open(90, Safe);
        again.Engine.RunPending();
        Assert.That(_observer.Retention, Is.Empty);
    }

    [Test]
    public async Task Open_ClockSetRightInAShortSession_TheNextJumpWaitsAnew()
    {
        SignalStore store = Open(90, Safe);
        Fill(store);
        await store.CompactAsync();
        store.Dispose();
        foreach (long ahead in (long[])[365 * Day, Hour])
        {
            _time.NowMs = TestStores.Start + ahead;
            Open(90, Safe).Dispose();
        }

        _time.NowMs = TestStores.Start + (366 * Day);
        using SignalStore again = Open(90, Safe);
        Append(again, _time.NowMs);
        await again.CompactAsync();
        Assert.That(Rows(again), Is.EqualTo(Events + 1));
    }

    [Test]
    public async Task CompactAsync_ClockJumpsTwice_DeletesNothingAndSaysUntilWhen()
    {
        using SignalStore store = Open(90, Safe);
        Fill(store);
        await store.CompactAsync();
        for (int jump = 1; jump <= 3; jump++)
        {
            _time.NowMs += 365 * Day;
            long jumped = _time.NowMs;
            for (int minute = 0; minute < 2; minute++)
            {
                Append(store, _time.NowMs);
                await store.CompactAsync();
                _time.NowMs += 60_000;
            }

            Assert.That(Rows(store), Is.EqualTo(Events + (2 * jump)));
            Assert.That(_observer.Retention[^1].Until.ToUnixTimeMilliseconds(), Is.EqualTo(jumped + Day));
        }

        Assert.That(_observer.Retention, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task CompactAsync_GraceShorterThanTheTimeBetweenReadings_GetsOn()
    {
        using SignalStore store = Open(90, Safe with { RetentionGrace = TimeSpan.FromSeconds(5) });
        Fill(store);
        await store.CompactAsync();
        _time.NowMs += 365 * Day;
        Append(store, _time.NowMs);
        for (int reading = 0; reading < 7; reading++)
        {
            await store.CompactAsync();
            _time.NowMs += 10_000;
        }

        Assert.That(Rows(store), Is.EqualTo(1));
    }

    [Test]
    public async Task FlushAsync_CommitFailsAsLimitsComeIntoForce_TheNextOneRecordsIt()
    {
        SignalStore store = Open(Last(Events), Safe);
        Fill(store);
        await store.CompactAsync();
        store.Dispose();
        store = Open(Last(5), Safe);
        _time.NowMs += Day;
        EventBatch batch = store.CreateBatch("e");
        batch.Add(User, _time.NowMs, 1).Set("n", 1);
        store.Append(batch);
        _files.RefusesReadsOf = path => path.EndsWith(".tbl", StringComparison.Ordinal);
        await Assert.ThatAsync(() => store.FlushAsync(), Throws.Exception);
        _files.RefusesReadsOf = null;
        await store.FlushAsync();
        store.Dispose();
        _observer.Retention.Clear();
        Open(Last(Events), Safe).Dispose();
        Assert.That(_observer.Retention, Is.Empty, "nothing is held that could be undone");
    }

    [Test]
    public async Task CompactAsync_LongAfterShorterLimitsCameIntoForce_NoLongerSaysThatItFollows()
    {
        SignalStore store = Open(Last(Events), Safe);
        Fill(store);
        await store.CompactAsync();
        store.Dispose();
        using SignalStore shorter = Open(Last(5), Safe);
        for (int hours = 0; hours < 80; hours += 20)
        {
            _time.NowMs += 20 * Hour;
            Append(shorter, _time.NowMs);
            await shorter.CompactAsync();
            bool follows = hours is 20 or 40;
            Assert.That(_observer.Compaction, Has.Property("FollowsShorterRetention").EqualTo(follows), $"after {hours + 20} hours");
        }
    }

    [Test]
    public async Task Open_ShorterLimitsWhileAJumpIsNotBelieved_AreHeldForAWholeGrace()
    {
        SignalStore store = Open(Last(Events), Safe);
        Fill(store);
        await store.CompactAsync();
        store.Dispose();
        _time.NowMs += 3 * Day; // closed for a weekend: the clock that is believed stands still
        Open(Last(Events), Safe).Dispose();
        _time.NowMs += 23 * Hour;
        Open(Last(5), Safe).Dispose();
        _time.NowMs += 2 * Hour;
        using (SignalStore shorter = Open(Last(5), Safe))
        {
            await shorter.CompactAsync();
            Assert.That(Rows(shorter), Is.EqualTo(Events), "declared two hours ago");
            _time.NowMs += 22 * Hour;
            await shorter.CompactAsync();
            Assert.That(Rows(shorter), Is.EqualTo(5));
        }
    }

    [Test]
    public async Task Salvage_WithShorterLimitsDeclared_HoldsTheOldOnes()
    {
        using (SignalStore store = Open(Last(Events), Safe))
        {
            Fill(store);
            await store.CompactAsync();
        }

        StoreSalvage.Run(_files, TestStores.Folder, "/salvaged", Last(5), CancellationToken.None);
        _time.NowMs += Hour;
        using SignalStore copy = SignalStore.Open(_files, "/salvaged", Last(5), Safe, _time);
        await copy.CompactAsync();
        Assert.That(Rows(copy), Is.EqualTo(Events));
        _time.NowMs += Day;
        await copy.CompactAsync();
        Assert.That(Rows(copy), Is.EqualTo(5));
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
