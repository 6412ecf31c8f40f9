using Microsoft.Extensions.Diagnostics.HealthChecks;
using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Hosting;
using Signals.Storage;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Hosting;

internal sealed class HealthCheckTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")).EventType("never", t => t.Field<int>("n")));

    private readonly ManualTime _time = new(TestStores.Start);
    private readonly SignalsOptions _options = new() { Path = "/store", MinFreeDiskBytes = 1000, MaxWatermarkLag = TimeSpan.FromMinutes(1) };

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
        Assert.That(result.Exception, Is.InstanceOf<IOException>());
    }

    private static void Append(SignalStore store, bool isExpectedToFail = false)
    {
        EventBatch batch = store.CreateBatch("view");
        batch.Add(UserId.From(1), TestStores.Start, 1).Set("n", 1);
        store.Append(batch);
        Assert.That(store.Engine.RunPending, isExpectedToFail ? Throws.InstanceOf<IOException>() : Throws.Nothing);
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
