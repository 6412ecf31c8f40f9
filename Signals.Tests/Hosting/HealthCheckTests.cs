using Microsoft.Extensions.Diagnostics.HealthChecks;
using Signals.Hosting;
using Signals.Maintenance;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Hosting;

[Category("Fast")]
internal sealed class HealthCheckTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(
        s => s.EventType("view", t => t.Field<int>("n")).EventType("never", t => t.Field<int>("n")));

    private readonly ManualTime _time = new(TestStores.Start);
    private readonly SignalsOptions _options =
        new() { Path = "/store", MinFreeDiskBytes = 1000, MaxWatermarkLag = TimeSpan.FromMinutes(1) };

    [Test]
    public void Check_FreshEventsAndSpace_IsHealthyWithData()
    {
        using SignalStore store = Open(new SimFileSystem());
        HealthCheckResult result = Check(store, freeBytes: 1000);
        Assert.That(result.Status, Is.EqualTo(HealthStatus.Healthy));
        Assert.That(result.Data["free_disk_bytes"], Is.EqualTo(1000L));
        Assert.That(result.Data["watermark_lag_seconds.view"], Is.Zero);
        Assert.That(result.Data.ContainsKey("watermark_lag_seconds.never"), Is.False);
    }

    [Test]
    public void Check_OldEvents_IsDegradedAndNamesTheType()
    {
        using SignalStore store = Open(new SimFileSystem());
        _time.NowMs += 61_000;
        HealthCheckResult result = Check(store, freeBytes: 1000);
        Assert.That(result.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(result.Description, Does.Contain("'view'").And.Contain("61 s"));
    }

    [Test]
    public void Check_WatermarkBeyondEveryDate_IsAnAnswer(
        [Values(long.MinValue + 1, -62_135_596_800_001, 253_402_300_800_000, long.MaxValue)] long timeMs)
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema, _time);
        store.Engine.Watermarks.Raise(0, timeMs); // as an older version took it in
        HealthCheckResult result = Check(store, freeBytes: 1000);
        Assert.That(result.Status, Is.EqualTo(timeMs < 0 ? HealthStatus.Degraded : HealthStatus.Healthy));
        Assert.That(result.Data["watermark_lag_seconds.view"], timeMs < 0 ? Is.GreaterThan(6e10) : Is.LessThan(-2e11));
    }

    [Test]
    public void Check_LittleSpace_IsUnhealthy()
    {
        using SignalStore store = Open(new SimFileSystem());
        Assert.That(Check(store, freeBytes: 999).Status, Is.EqualTo(HealthStatus.Unhealthy));
    }

    [Test]
    public void Check_FailedStore_IsUnhealthyWithTheError()
    {
        SimFileSystem files = new();
        using SignalStore store = Open(files);
        files.FailAt(files.OperationCount, forEver: true);
        Append(store, isExpectedToFail: true);
        HealthCheckResult result = Check(store, freeBytes: 1000);
        Assert.That(result.Status, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(result.Exception, Is.InstanceOf<FileOperationException>());
    }

    [Test]
    public async Task Check_IngestWaitedForTheFlush_IsDegradedOnce()
    {
        ManualTime time = new(TestStores.Start);
        SimFileSystem files = new(record: false);
        using ManualResetEventSlim stalled = new();
        StallObserver observer = new(() =>
        {
            time.NowMs += 2_500;
            stalled.Set();
        });
        files.BeforeSync = () =>
        {
            if (Thread.CurrentThread.Name == "signals-flush")
            {
                stalled.Wait();
            }
        };
        await using SignalStore store = TestStores.Open(
            files, Schema, time,
            TestStores.Tiny with { Background = true, MaxFrozenMemTables = 1, LogBytes = 1 << 20, Observer = observer });
        SignalsHealthCheck check = new(store, _options, _ => 1000, time);
        EventBatch batch = store.CreateBatch("view");
        for (int i = 0; !stalled.IsSet; i++)
        {
            batch.Clear();
            batch.Add(UserId.From((ulong)i + 1), time.NowMs, (ulong)i).Set("n", i);
            await store.AppendAsync(batch);
        }

        HealthCheckResult first = await check.CheckHealthAsync(new HealthCheckContext());
        Assert.That(first.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(first.Description, Does.Contain("waited").And.Contain("2.5 s"));
        Assert.That(first.Data["write_stalls"], Is.EqualTo(store.GetStats().WriteStalls).And.Positive);
        HealthCheckResult second = await check.CheckHealthAsync(new HealthCheckContext());
        Assert.That(second.Description, Is.Null.Or.Not.Contain("waited"), "what was reported is not reported again");
    }

    private static void Append(SignalStore store, bool isExpectedToFail = false)
    {
        EventBatch batch = store.CreateBatch("view");
        batch.Add(UserId.From(1), TestStores.Start, 1).Set("n", 1);
        store.Append(batch);
        Assert.That(store.Engine.RunPending, isExpectedToFail ? Throws.InstanceOf<FileOperationException>() : Throws.Nothing);
    }

    /// <summary>Calls back when ingest begins to wait, on the thread that waits. Threads: the store's.</summary>
    private sealed class StallObserver(Action onStallBegan) : StoreObserver
    {
        public override void OnStallBegan() => onStallBegan();
    }

    private HealthCheckResult Check(SignalStore store, long freeBytes) => new SignalsHealthCheck(store, _options, _ => freeBytes, _time)
        .CheckHealthAsync(new HealthCheckContext()).GetAwaiter().GetResult();

    private SignalStore Open(SimFileSystem files)
    {
        SignalStore store = TestStores.Open(files, Schema, _time);
        Append(store);
        return store;
    }
}
