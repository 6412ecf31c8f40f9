using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Signals.Enrichment;
using Signals.Hosting;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Hosting;

/// <summary>Stores in a real host.</summary>
[Category("Fast")]
internal sealed class HostingTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")));

    private LogLines _log = null!;
    private string _root = null!;

    [SetUp]
    public void SetUp()
    {
        _root = Directory.CreateTempSubdirectory("signals-").FullName;
        _log = new LogLines();
    }

    [TearDown]
    public void TearDown()
    {
        _log.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Test]
    public async Task Host_StartAppendStop_KeepsWhatWasAccepted()
    {
        using (IHost host = Build(services => services.AddSignals(o => Small(o, "a").UseSchema(Schema))))
        {
            await host.StartAsync();
            SignalStore store = host.Services.GetRequiredService<SignalStore>();
            store.Append(Batch(store));
            await host.StopAsync();
            Assert.That(() => store.Append(Batch(store)), Throws.TypeOf<ObjectDisposedException>());
        }

        using SignalStore again = SignalStore.Open(Path.Combine(_root, "a"), Schema);
        using Sequence sequence = again.Read(UserId.From(1), again.Query("view").Last(1).Build());
        Assert.That(sequence.Count, Is.EqualTo(1));
        Assert.That(_log.OfStores.Select(line => line.Id), Is.EqualTo(new[] { 1000, 1002, 1001 }));
        Assert.That(_log.OfStores[0].Text, Does.Contain("Store a is open").And.Contain(_root));
    }

    [Test]
    public async Task Host_ServiceThatAppendsWhileItStops_FindsTheStoreOpen()
    {
        LateAppender appender = new();
        using IHost host = Build(services =>
        {
            services.AddSingleton<IHostedService>(provider => appender.Of(provider.GetRequiredService<SignalStore>()));
            services.AddSignals(o => Small(o, "late").UseSchema(Schema));
        });
        await host.StartAsync();
        await host.StopAsync();
        Assert.That(appender.Appended, Is.True);
    }

    [Test]
    public async Task Host_BadOptions_ReportsAllErrorsAtStart()
    {
        using IHost host = Build(services => services.AddSignals(o =>
        {
            o.RingBytes = 5;
            o.SyncInterval = TimeSpan.Zero;
        }));
        OptionsValidationException? error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.That(
            error!.Failures,
            Has.Some.Contains("Path").And.Some.Contains("UseSchema").And.Some.Contains("RingBytes").And.Some.Contains("SyncInterval"));
        Assert.That(Directory.EnumerateFileSystemEntries(_root), Is.Empty);
    }

    [Test]
    public async Task Host_SettingsFromConfiguration_AreUsed()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Signals:Path"] = Path.Combine(_root, "configured"),
            ["Signals:Durability"] = "Synced",
            ["Signals:MemTableBytes"] = "1048576",
            ["Signals:MaxFutureTime"] = "00:05:00",
            ["Signals:MaxWatermarkLag"] = "00:00:30",
            ["Signals:OrphanGrace"] = "1.00:00:00",
            ["Signals:VersionAge"] = "06:00:00",
        }).Build();
        using IHost host = Build(services => services.AddSignals(configuration.GetSection("Signals"), o => o.UseSchema(Schema)));
        await host.StartAsync();
        SignalStore store = host.Services.GetRequiredService<SignalStore>();
        SignalsOptions options = host.Services.GetRequiredService<IOptions<SignalsOptions>>().Value;
        Assert.That(Directory.Exists(Path.Combine(_root, "configured")));
        Assert.That((await store.AppendAsync(Batch(store))).Durability, Is.EqualTo(Durability.Synced));
        Assert.That(
            (options.MaxFutureTime, options.MaxWatermarkLag), Is.EqualTo((TimeSpan.FromMinutes(5), (TimeSpan?)TimeSpan.FromSeconds(30))));
        Assert.That(
            (options.OrphanGrace, options.VersionAge), Is.EqualTo(((TimeSpan?)TimeSpan.FromDays(1), (TimeSpan?)TimeSpan.FromHours(6))));
        Assert.That(SignalStore.KeepsVersions(Path.Combine(_root, "configured")));
        await host.StopAsync();
    }

    [Test]
    public void Settings_OfAStore_CanAllBeGivenInAHost()
    {
        SignalsOptions options = new SignalsOptions
        {
            Path = "p",
            Name = "n",
            Durability = Durability.Synced,
            RingBytes = 1 << 22,
            MaxBatchBytes = 1 << 18,
            MemTableBytes = 1 << 25,
            MaxFrozenMemTables = 3,
            SlowdownTables = 5,
            LogBytes = 1 << 25,
            BlockCacheBytes = 1 << 25,
            HeadCacheBytes = 1 << 22,
            MemoryBudgetBytes = 1 << 28,
            PackNumbers = false,
            SmallBlocks = true,
            CompactionBytesPerSecond = 1 << 25,
            SyncInterval = TimeSpan.FromSeconds(2),
            MaxFutureTime = TimeSpan.FromDays(2),
            MaxPastTime = TimeSpan.FromDays(2),
            RejectedEvents = RejectedEvents.LeaveOut,
            OrphanGrace = TimeSpan.FromDays(2),
            RetentionGrace = TimeSpan.FromDays(2),
            LockWait = TimeSpan.FromSeconds(2),
            VersionAge = TimeSpan.FromHours(2),
            VersionMaxBytes = 1 << 25,
            VersionGranularity = TimeSpan.FromSeconds(2),
        }.UseSchema(Schema).UseEnrichment(new EnrichmentOptions());
        StoreOptions given = options.ToStoreOptions(log: null, new ManualTime(0));
        StoreOptions defaults = new();

        // The host's log is the observer.
        foreach (PropertyInfo property in typeof(StoreOptions).GetProperties()
            .Where(property => property.Name != nameof(StoreOptions.Observer)))
        {
            Assert.That(property.GetValue(given), Is.Not.EqualTo(property.GetValue(defaults)), property.Name);
        }

        VersionRetention kept = given.VersionRetention!;
        Assert.That(
            (kept.Age, kept.MaxBytes, kept.Granularity), Is.EqualTo((TimeSpan.FromHours(2), (long)(1 << 25), TimeSpan.FromSeconds(2))));
        StoreOptions unsaid = new SignalsOptions().ToStoreOptions(log: null, TimeProvider.System);
        Assert.That(
            (unsaid.VersionRetention, unsaid.OrphanGrace), Is.EqualTo(((VersionRetention?)null, (TimeSpan?)null)), "the store's own");
        Assert.That(
            new SignalsOptions { VersionAge = TimeSpan.Zero }.ToStoreOptions(log: null, TimeProvider.System).VersionRetention,
            Is.SameAs(VersionRetention.None));
    }

    [Test]
    public async Task Host_KeyedStores_AreSeveral()
    {
        using IHost host = Build(services => services
            .AddKeyedSignals("home", o => Small(o, "h").UseSchema(Schema))
            .AddKeyedSignals("search", o => Small(o, "s").UseSchema(Schema)));
        await host.StartAsync();
        SignalStore home = host.Services.GetRequiredKeyedService<SignalStore>("home");
        SignalStore search = host.Services.GetRequiredKeyedService<SignalStore>("search");
        await home.AppendAsync(Batch(home));
        HealthReport health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.That((home.GetStats().EventsApplied, search.GetStats().EventsApplied), Is.EqualTo((1L, 0L)));
        Assert.That(health.Entries.Keys, Is.EquivalentTo(new[] { "signals-home", "signals-search" }));
        await host.StopAsync();
        Assert.That(_log.OfStores.Count(line => line.Id == 1001), Is.EqualTo(2));
    }

    [Test]
    public void Start_StoreInUse_EndsTheStart()
    {
        using SignalStore other = SignalStore.Open(Path.Combine(_root, "used"), Schema);
        using IHost host = Build(services => services.AddSignals(o => Small(o, "used").UseSchema(Schema)));
        Assert.That(async () => await host.StartAsync(), Throws.TypeOf<StoreLockedException>());
    }

    [Test]
    public async Task Start_StoreInUseByTheProcessBefore_WaitsForIt()
    {
        SignalStore before = SignalStore.Open(Path.Combine(_root, "used"), Schema);
        using IHost host = Build(services => services.AddSignals(
            o => (Small(o, "used").UseSchema(Schema)).LockWait = TimeSpan.FromMinutes(1)));
        Task started = host.StartAsync();
        while (!_log.OfStores.Any(line => line.Id == 1003))
        {
            Assert.That(started.IsFaulted, Is.False);
            await Task.Yield();
        }

        Assert.That(started.IsCompleted, Is.False);
        Assert.That(_log.OfStores.Single().Text, Does.Contain("used is open elsewhere").And.Contain(Environment.MachineName));
        await before.DisposeAsync();
        await started.WaitAsync(TimeSpan.FromSeconds(30));
        await host.StopAsync();
    }

    [Test]
    public async Task Start_CancelledOrStoppedWhileItWaits_Ends([Values] bool stopped)
    {
        using SignalStore before = SignalStore.Open(Path.Combine(_root, "used"), Schema);
        using IHost host = Build(services => services.AddSignals(
            o => (Small(o, "used").UseSchema(Schema)).LockWait = Timeout.InfiniteTimeSpan));
        using CancellationTokenSource cancel = new();
        Task started = host.StartAsync(cancel.Token);
        while (!_log.OfStores.Any(line => line.Id == 1003))
        {
            Assert.That(started.IsFaulted, Is.False);
            await Task.Yield();
        }

        if (stopped)
        {
            host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        }
        else
        {
            await cancel.CancelAsync();
        }

        await Assert.ThatAsync(() => started.WaitAsync(TimeSpan.FromSeconds(30)), Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase("MemtableByte", "MemTableBytes")]
    [TestCase("Durabilty", "Durability")]
    [TestCase("maxWatermarkLagg", "MaxWatermarkLag")]
    public async Task Start_UnknownKeyInTheSection_IsRefusedWithTheNearestKnownOne(string key, string nearest)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Signals:path"] = Path.Combine(_root, "configured"),
            [$"Signals:{key}"] = "1",
            ["Other:Key"] = "1",
        }).Build();
        using IHost host = Build(services => services.AddSignals(configuration.GetSection("Signals"), o => o.UseSchema(Schema)));
        OptionsValidationException? error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.That(error!.Failures.Single(), Does.Contain($"'Signals:{key}'").And.Contain($"'{nearest}'"));
        Assert.That(Directory.EnumerateFileSystemEntries(_root), Is.Empty);
    }

    private static EventBatch Batch(SignalStore store)
    {
        EventBatch batch = store.CreateBatch("view");
        batch.Add(UserId.From(1), TimeProvider.System.GetUtcNow(), 1).Set("n", 1);
        return batch;
    }

    private SignalsOptions Small(SignalsOptions options, string folder)
    {
        options.Path = Path.Combine(_root, folder);
        options.MemTableBytes = 1 << 20;
        options.LogBytes = 4 << 20;
        return options;
    }

    private IHost Build(Action<IServiceCollection> add) => new HostBuilder()
        .ConfigureLogging(logging => logging.AddProvider(_log))
        .ConfigureServices(add)
        .Build();

    private sealed class LateAppender : IHostedService
    {
        private SignalStore? _store;

        public bool Appended { get; private set; }

        public LateAppender Of(SignalStore store)
        {
            _store = store;
            return this;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            await _store!.AppendAsync(Batch(_store), cancellationToken);
            Appended = true;
        }
    }
}
