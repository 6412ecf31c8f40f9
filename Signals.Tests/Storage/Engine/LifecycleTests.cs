using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine;

/// <summary>Opening, closing and misusing a store, with and without threads.</summary>
internal sealed class LifecycleTests
{
    private static readonly UserId Alice = UserId.From("alice");

    private string _path = null!;

    [SetUp]
    public void SetUp() => _path = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_path, recursive: true);

    [TestCase(Durability.InMemory)]
    [TestCase(Durability.Buffered)]
    [TestCase(Durability.Synced)]
    public async Task Dispose_WithUnflushedEvents_KeepsThem(Durability durability)
    {
        StoreOptions options = new() { Durability = durability };
        await using (SignalStore store = SignalStore.Open(_path, Schema(), options))
        {
            await store.AppendAsync(Batch(store, 0, 100));
        }

        await using SignalStore again = SignalStore.Open(_path, Schema(), options);
        Assert.That(Count(again), Is.EqualTo(100));
    }

    [Test]
    public async Task Dispose_InMemoryWithFullMemTables_KeepsEveryEvent()
    {
        StoreOptions options = new()
        {
            Durability = Durability.InMemory,
            MemTableBytes = 64 << 10,
            MaxFrozenMemTables = 1,
            MaxBatchBytes = 16 << 10,
        };
        for (int round = 0; round < 20; round++)
        {
            await using SignalStore store = SignalStore.Open(_path, Schema(), options);
            Assert.That(Count(store), Is.EqualTo(round * 4000));
            for (int i = 0; i < 40; i++)
            {
                store.Append(Batch(store, (round * 4000) + (i * 100), 100));
            }
        }
    }

    [Test]
    public async Task Dispose_WhileCompacting_EndsAndKeepsEverything([Values(1, 2, 3, 4, 5)] int round)
    {
        StoreOptions options = new() { MemTableBytes = 64 << 10, MaxBatchBytes = 16 << 10 };
        SignalStore store = SignalStore.Open(_path, Schema(), options);
        for (int i = 0; i < 20 * round; i++)
        {
            await store.AppendAsync(Batch(store, i * 100, 100));
        }

        Task[] work = [Task.Run(() => store.CompactAsync()), Task.Run(() => store.FlushAsync()), Task.Run(() => store.CompactAsync())];
        await store.DisposeAsync();
        foreach (Task task in work)
        {
            try
            {
                await task;
            }
            catch (Exception error) when (error is ObjectDisposedException or OperationCanceledException or StorePoisonedException)
            {
                TestContext.Out.WriteLine(error.Message);
            }
        }

        await using SignalStore again = SignalStore.Open(_path, Schema(), options);
        Assert.That(Count(again), Is.EqualTo(2000 * round));
    }

    [Test]
    public async Task Dispose_WhileAnotherDisposes_ReturnsWhenTheFolderIsFree()
    {
        SignalStore store = SignalStore.Open(_path, Schema());
        IDisposable read = store.Engine.TestHoldRead();
        Task first = Task.Run(store.Dispose);
        SpinWait.SpinUntil(() => IsDisposed(store));
        int released = 0;
        Task<int> second = Task.Run(() =>
        {
            store.Dispose();
            return Volatile.Read(ref released);
        });
        SpinWait.SpinUntil(() => second.IsCompleted, TimeSpan.FromMilliseconds(200));
        Volatile.Write(ref released, 1);
        read.Dispose();
        Assert.That(await second, Is.EqualTo(1));
        SignalStore.Open(_path, Schema()).Dispose();
        await first;
    }

    private static bool IsDisposed(SignalStore store)
    {
        try
        {
            store.Read(Alice, store.Query("view").Build()).Dispose();
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    [Test]
    public async Task EveryMember_AfterDispose_ThrowsObjectDisposed()
    {
        SignalStore store = SignalStore.Open(_path, Schema());
        SequenceQuery query = store.Query("view").Build();
        EventBatch batch = Batch(store, 0, 1);
        await store.DisposeAsync();
        await store.DisposeAsync();
        store.Dispose();
        Assert.That(() => store.Append(batch), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => store.TryAppend(batch, out _), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(async () => await store.AppendAsync(batch), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => store.Read(Alice, query), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => store.ReadMany([Alice], query), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(async () => await store.EraseAsync(Alice), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => store.FlushAsync(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => store.CompactAsync(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => store.GetStats(), Throws.Nothing);
    }

    [Test]
    public async Task Append_RacingDispose_EndsWithAnAckThatHoldsOrARefusal()
    {
        StoreOptions options = new() { MemTableBytes = 64 << 10, MaxBatchBytes = 16 << 10, RingBytes = 64 << 10 };
        SignalStore store = SignalStore.Open(_path, Schema(), options);
        int[] acknowledged = new int[3];
        using ManualResetEventSlim warm = new();
        Task[] producers = [.. Enumerable.Range(0, acknowledged.Length).Select(p => Task.Run(async () =>
        {
            try
            {
                for (int i = 0; ; i++)
                {
                    await store.AppendAsync(Batch(store, (p * 1_000_000) + (i * 10), 10));
                    acknowledged[p] += 10;
                    if (i == 50)
                    {
                        warm.Set();
                    }
                }
            }
            catch (ObjectDisposedException)
            {
            }
            catch (StorePoisonedException error) when (error.InnerException is ObjectDisposedException)
            {
            }
        }))];
        warm.Wait();
        await store.DisposeAsync();
        await Task.WhenAll(producers);
        await using SignalStore again = SignalStore.Open(_path, Schema(), options);
        Assert.That(Count(again), Is.GreaterThanOrEqualTo(acknowledged.Sum()));
    }

    [Test]
    public async Task FlushAsync_WhileTheRingIsNeverEmpty_Completes()
    {
        await using SignalStore store = SignalStore.Open(
            _path, Schema(), new StoreOptions { RingBytes = 1 << 16, MaxBatchBytes = 1 << 13, MaxPastTime = TimeSpan.MaxValue });
        using CancellationTokenSource stop = new();
        Task producer = Task.Run(() =>
        {
            EventBatch batch = store.CreateBatch("view");
            for (ulong id = 0; !stop.IsCancellationRequested; id++)
            {
                batch.Clear();
                batch.Add(UserId.From(id % 100 + 1), (long)id, id);
                store.Append(batch);
            }
        });
        Task flush = store.FlushAsync();
        Task first = await Task.WhenAny(flush, Task.Delay(TimeSpan.FromSeconds(60)));
        await stop.CancelAsync();
        await producer;
        Assert.That(first, Is.SameAs(flush));
        await flush;
    }

    [Test]
    public async Task Open_Twice_NamesTheOwner()
    {
        await using SignalStore store = SignalStore.Open(_path, Schema());
        StoreLockedException error = Assert.Throws<StoreLockedException>(() => SignalStore.Open(_path, Schema()))!;
        Assert.That(error.Owner, Does.Contain(Environment.ProcessId.ToString(null as IFormatProvider)));
        await store.AppendAsync(Batch(store, 0, 3));
        Assert.That(Count(store), Is.EqualTo(3));
    }

    [Test]
    public void Open_AfterAFailedOpen_FindsTheLockFree()
    {
        using (SignalStore store = SignalStore.Open(_path, Schema()))
        {
        }

        StoreSchema other = StoreSchema.Define(s => s.EventType("view", t => t.Field<long>("dwell")));
        Assert.That(() => SignalStore.Open(_path, other), Throws.InstanceOf<SchemaMismatchException>());
        using SignalStore again = SignalStore.Open(_path, Schema());
    }

    [Test]
    public void Read_WithAQueryOfAnotherStore_IsRefused()
    {
        StoreSchema wide = StoreSchema.Define(s => s
            .EventType("a", t => t.Field<int>("x").Field<int>("y").Vector<float>("v", 64))
            .EventType("b", t => t.Field<int>("x")));
        using SignalStore store = SignalStore.Open(_path, Schema());
        using SignalStore other = TestStores.Open(new SimFileSystem(), wide, TimeProvider.System);
        SequenceQuery foreign = other.Query("a", "b").Build();
        Assert.That(() => store.Read(Alice, foreign), Throws.ArgumentException);
        Assert.That(() => store.ReadMany([Alice], foreign), Throws.ArgumentException);
    }

    [Test]
    public void Append_BatchOfAnotherStore_IsRefused()
    {
        using SignalStore store = SignalStore.Open(_path, Schema());
        using SignalStore other = TestStores.Open(new SimFileSystem(), Schema(), TimeProvider.System);
        Assert.That(() => store.TryAppend(Batch(other, 0, 1), out _), Throws.ArgumentException);
    }

    private static EventBatch Batch(SignalStore store, int first, int count)
    {
        EventBatch batch = store.CreateBatch("view");
        for (int i = first; i < first + count; i++)
        {
            batch.Add(Alice, TestStores.Start + i, (ulong)i).Set("dwell", (float)i);
        }

        return batch;
    }

    private static int Count(SignalStore store)
    {
        using Sequence all = store.Read(Alice, store.Query("view").Build());
        return all.Count;
    }

    private static StoreSchema Schema() => StoreSchema.Define(s => s.EventType("view", t => t.Field<float>("dwell")));
}
