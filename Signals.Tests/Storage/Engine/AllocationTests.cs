using System.Diagnostics.CodeAnalysis;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Engine;

/// <summary>Warm reads and steady appends allocate nothing on the caller's thread.</summary>
[Category("Fast")]
[NonParallelizable]
internal sealed class AllocationTests
{
    private const int Rounds = 200;
    private static readonly UserId TheUser = UserId.From("alice");

    private string _path = null!;

    [SetUp]
    public void SetUp() => _path = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_path, recursive: true);

    [Test]
    public async Task Read_Last100Warm_AllocatesNothing([Values] bool fromTable, [Values] bool fromMemTable, [Values(1, 3)] int types)
    {
        await using SignalStore store = SignalStore.Open(_path, Schema());
        if (fromTable)
        {
            await FillAsync(store, 0);
            await store.FlushAsync();
        }

        if (fromMemTable)
        {
            await FillAsync(store, 61);
        }

        string[] names = ["a", "b", "c"];
        SequenceQuery query = store.Query(names.AsSpan(0, types)).Last(100).Build();
        int expected = fromTable || fromMemTable ? 100 : 0;
        Assert.That(AllocatedBy(() => ReadOnce(store, query, expected)), Is.Zero);
    }

    [Test]
    public async Task ReadMany_Warm_AllocatesNothing()
    {
        await using SignalStore store = SignalStore.Open(_path, Schema());
        await FillAsync(store, 0);
        await store.FlushAsync();
        await FillAsync(store, 61);
        SequenceQuery query = store.Query("a", "b", "c").Last(100).OldestFirst().Columns("n", "text", "v").Build();
        UserId[] users = [.. Enumerable.Range(0, 20).Select(i => UserId.From((ulong)i + 1)), TheUser];
        Assert.That(AllocatedBy(() => ReadUsers(store, query, users)), Is.Zero);
    }

    [Test]
    public async Task Read_WithPatchesAndRetractionsWarm_AllocatesNothing([Values(1, 3)] int types, [Values] bool fromMemTable)
    {
        await using SignalStore store = SignalStore.Open(_path, Schema());
        await FillAsync(store, 0);
        await store.FlushAsync();
        AttachPatches(store);
        if (fromMemTable)
        {
            await FillAsync(store, 61);
        }

        string[] names = ["a", "b", "c"];
        SequenceQuery query = store.Query(names.AsSpan(0, types)).Last(100).Build();
        Assert.That(AllocatedBy(() => ReadOnce(store, query, 100)), Is.Zero);
        using Sequence patched = store.Read(TheUser, query);
        Assert.That(Enumerable.Range(0, 100).Count(row => patched.Text("text", row) == "patched"), Is.GreaterThan(0));
    }

    [Test]
    public async Task TryAppendAndAppend_SteadyState_AllocateNothing()
    {
        await using SignalStore store = SignalStore.Open(_path, Schema());
        EventBatch batch = store.CreateBatch("a");
        int next = 0;
        Assert.That(
            AllocatedBy(() =>
            {
                next = Refill(batch, next);
                if (!store.TryAppend(batch, out _))
                {
                    store.Append(batch);
                }
            }),
            Is.Zero);
        Assert.That(next, Is.GreaterThan(0));
    }

    [TestCase(Durability.InMemory)]
    [TestCase(Durability.Buffered)]
    public void AppendAsync_SteadyState_AllocatesNothing(Durability durability)
    {
        using SignalStore store = SignalStore.Open(_path, Schema(), new StoreOptions { Durability = durability });
        EventBatch batch = store.CreateBatch("a");
        int next = 0;
        Assert.That(AllocatedBy(() =>
        {
            next = Refill(batch, next);
            ValueTask<AppendAck> ack = store.AppendAsync(batch);
            SpinWait spin = default;
            while (!ack.IsCompleted)
            {
                spin.SpinOnce();
            }

            TakeResult(ack);
        }), Is.Zero);
    }

    [SuppressMessage("Performance", "CA1849", Justification = "The task is complete; awaiting it would measure another thread.")]
    private static void TakeResult(ValueTask<AppendAck> completed) => _ = completed.GetAwaiter().GetResult();

    private static long AllocatedBy(Action action)
    {
        // The first calls compile, the tiers settle and the pools fill; then one round without a byte is wanted, since the
        // runtime itself may allocate on any thread when it swaps code.
        for (int i = 0; i < Rounds; i++)
        {
            action();
        }

        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5 && least != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Rounds; i++)
            {
                action();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static void ReadOnce(SignalStore store, SequenceQuery query, int expected)
    {
        using Sequence sequence = store.Read(TheUser, query);
        if (sequence.Count != expected || sequence.Field<int>("n").Length != expected || sequence.Vector<Half>("v").Length != 8 * expected)
        {
            throw new InvalidOperationException($"{sequence.Count} events.");
        }
    }

    private static void ReadUsers(SignalStore store, SequenceQuery query, UserId[] users)
    {
        using SequenceBatch many = store.ReadMany(users, query);
        if (many.UserCount != users.Length || many.Count != 100)
        {
            throw new InvalidOperationException($"{many.Count} events.");
        }
    }

    private static int Refill(EventBatch batch, int next)
    {
        batch.Clear();
        for (int i = 0; i < 50; i++, next++)
        {
            batch.Add(TheUser, TestStores.Start + next, (ulong)next).Set("n", next).Set("text", "abc");
        }

        return next;
    }

    private static async Task FillAsync(SignalStore store, int offset)
    {
        foreach (string type in (string[])["a", "b", "c"])
        {
            EventBatch batch = store.CreateBatch(type);
            Half[] vector = new Half[8];
            for (int i = 0; i < 300; i++)
            {
                long time = TestStores.Start + (((i * 7) + offset) % 300 * 10);
                batch.Add(TheUser, time, (ulong)i).Set("n", i).Set("text", i % 2 == 0 ? "even" : "odd").SetVector<Half>("v", vector);
            }

            await store.AppendAsync(batch);
        }
    }

    // Cells for every event of FillAsync, and every third event of type b retracted.
    private void AttachPatches(SignalStore store)
    {
        IFileSystem files = FileSystems.ForThisMachine();
        using AttachedRuns runs = new(files, store, new TableOptions(), _path);
        EventTypeSchema type = store.Schema["a"];
        RowBuffer rows = new([.. type.Columns.Select(column => column.Type)], Stamp.Create(1, 0), StampParts.None);
        RowBuffer retracted = new([.. type.Columns.Select(column => column.Type)], Stamp.Create(1, 0), StampParts.Existence);
        foreach (int i in Enumerable.Range(0, 300).OrderByDescending(i => i * 7 % 300))
        {
            long time = TestStores.Start + (i * 7 % 300 * 10);
            rows.AppendKey(time, (ulong)i);
            rows.Columns[0].Append(-i);
            rows.Columns[1].AppendText("patched");
            if (i % 3 == 0)
            {
                retracted.AppendKey(time, (ulong)i);
                retracted.Stamps.AppendExistence(Stamp.None, Stamp.Create(1, 0));
            }
        }

        rows.FillAbsent();
        retracted.FillAbsent();
        runs.Add(type, RunKind.Patches, new() { [TheUser] = rows });
        runs.Add(store.Schema["b"], RunKind.Events, new() { [TheUser] = retracted });
        runs.Attach();
    }

    private static StoreSchema Schema() => StoreSchema.Define(s => s
        .EventType("a", t => t.Field<int>("n").Text("text").Vector<Half>("v", 8).MaxAge(TimeSpan.FromDays(100_000)))
        .EventType("b", t => t.Field<int>("n").Text("text").Vector<Half>("v", 8).KeepLast(200))
        .EventType("c", t => t.Field<int>("n").Text("text").Vector<Half>("v", 8)));
}
