using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.FileSystem;
using Signals.Tests.Storage.Telemetry;

namespace Signals.Tests.Storage.Engine;

/// <summary>
/// Handles are bounded however many tables there are, and a process that has none left holds a store up, but does not fail it.
/// </summary>
[Category("Fast")]
internal sealed class HandleShortageTests
{
    private const int Types = 300; // and as many tables

    /// <summary>Log, lock, manifest, the tables of a flush.</summary>
    private const int Others = 80;

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(2);

    private static readonly string[] Names = [.. Enumerable.Range(0, Types).Select(i => $"e{i}")];

    private static readonly StoreSchema Schema = StoreSchema.Define(schema =>
    {
        foreach (string name in Names)
        {
            schema.EventType(name, type => type.Field<long>("a"));
        }
    });

    private ScarceFileSystem _files = null!;

    [SetUp]
    public void SetUp() => _files = new ScarceFileSystem(new SimFileSystem(record: false));

    [Test]
    public void Open_MoreTablesThanHandles_HoldsAsManyHandlesAsThePool()
    {
        using (SignalStore store = Filled(TestStores.Tiny))
        {
            Assert.That(store.GetStats().Tables, Is.GreaterThan(2 * HandlePool.DefaultCapacity));
            RequireAll(store);
        }

        Assert.That(_files.OpenNow, Is.Zero);
        using (SignalStore store = Open(TestStores.Tiny))
        {
            RequireAll(store);
            Assert.That(_files.OpenNow, Is.LessThan(HandlePool.DefaultCapacity + 10));
        }

        Assert.That(
            (_files.OpenNow, _files.MostOpen),
            Is.EqualTo((OpenNow: 0, MostOpen: Math.Min(_files.MostOpen, HandlePool.DefaultCapacity + Others))));
    }

    [Test]
    public async Task Flush_NoHandleLeft_IsHeldUpAndGoesOn()
    {
        RecordingObserver observer = new();
        using SignalStore store = Filled(TestStores.Tiny with { Background = true, Observer = observer });
        _files.Limit = 0;
        EventBatch batch = store.CreateBatch("e0");
        batch.Add(UserId.From(9), TestStores.Start, 77).Set("a", 77L);
        store.Append(batch);
        Task flushed = store.FlushAsync();
        await Until(() => observer.Calls.Contains("handle shortage began"));
        Assert.That(flushed.IsCompleted, Is.False);
        Assert.That(Rows(store, 9), Is.EqualTo(1), "what is in memory is read");
        Assert.That(() => RequireAll(store), Throws.TypeOf<HandlesExhaustedException>());
        _files.Limit = int.MaxValue;
        await flushed.WaitAsync(Long);
        Assert.That(observer.Calls, Does.Contain("handle shortage ended").And.Not.Contain("poisoned"));
        RequireAll(store);
        Assert.That(Rows(store, 9), Is.EqualTo(1));
    }

    [Test]
    public async Task Compact_NoHandleLeftForItsReads_IsRefusedAndLaterDone()
    {
        using SignalStore store = Filled(TestStores.Tiny);
        for (int i = 0; i < 3; i++)
        {
            EventBatch batch = store.CreateBatch("e0");
            batch.Add(UserId.From(1), TestStores.Start - 1 - i, 1000UL + (ulong)i).Set("a", 1L);
            store.Append(batch);
            await store.FlushAsync();
        }

        int held = _files.OpenNow;
        _files.Limit = 0;
        HandlePoolOf(store).ReleaseIdle();
        Assert.That(() => store.CompactAsync().GetAwaiter().GetResult(), Throws.TypeOf<HandlesExhaustedException>());
        Assert.That(() => store.Engine.RunPending(), Throws.Nothing);
        _files.Limit = int.MaxValue;
        await store.CompactAsync();
        Assert.That(Rows(store, 1), Is.EqualTo(Types + 3));
        Assert.That(_files.OpenNow, Is.LessThanOrEqualTo(held + HandlePool.DefaultCapacity));
    }

    [Test]
    public void Open_NoHandleLeft_IsRefusedAndTheStoreAsItWas()
    {
        Filled(TestStores.Tiny).Dispose();
        for (int limit = 0; limit < 8; limit++)
        {
            _files.Limit = limit;
            try
            {
                Open(TestStores.Tiny with { OpeningPatience = TimeSpan.Zero }).Dispose();
            }
            catch (HandlesExhaustedException)
            {
                Assert.That(_files.OpenNow, Is.Zero, $"with {limit} handles");
            }
        }

        Assert.That(_files.Refused, Is.Positive);
        _files.Limit = int.MaxValue;
        using SignalStore store = Open(TestStores.Tiny);
        RequireAll(store);
    }

    private static HandlePool HandlePoolOf(SignalStore store) => store.Engine.Handles;

    private static async Task Until(Func<bool> condition)
    {
        using CancellationTokenSource limit = new(Long);
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
        }
    }

    private static int Rows(SignalStore store, ulong user)
    {
        using Sequence sequence = store.Read(UserId.From(user), store.Query(Names).Columns("a").Build());
        return sequence.Count;
    }

    private static void RequireAll(SignalStore store) => Assert.That(Rows(store, 1), Is.EqualTo(Types));

    private SignalStore Open(EngineOptions options) =>
        TestStores.Open(_files, Schema, new ManualTime(TestStores.Start), options with { BlockCacheBytes = 0 });

    private SignalStore Filled(EngineOptions options)
    {
        SignalStore store = Open(options);
        for (int i = 0; i < Types; i++)
        {
            EventBatch batch = store.CreateBatch(Names[i]);
            batch.Add(UserId.From(1), TestStores.Start - i, 1).Set("a", (long)i);
            store.Append(batch);
        }

        store.FlushAsync().GetAwaiter().GetResult();
        return store;
    }
}
