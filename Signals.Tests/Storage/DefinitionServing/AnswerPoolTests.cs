using System.Runtime.CompilerServices;
using Signals.Definitions;
using Signals.Serving;
using Signals.Storage.DefinitionServing;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Versions;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>What answers leave behind once they are disposed: little memory, and nothing of what was read.</summary>
internal sealed class AnswerPoolTests
{
    private const int Events = 6_000;

    private static readonly UserId User = UserId.From(1UL);
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("a", t => t.Field<int>("n").Vector<float>("v", 32).Text("note")).EventType("b", t => t.Field<int>("n")));

    [Test]
    public void Age_AnswersThatWereLarge_AreLetGoThoughSmallOnesUseTheirMemory()
    {
        using SignalStore store = Open();
        SequenceQuery all = store.Query("a").Build();
        SequenceQuery few = store.Query("a").Last(3).Build();
        WeakReference[] large = ReadAtOnce(store, all, 4);
        for (int look = 0; look < AgingPool<SequenceBuffer>.PatientLooks; look++)
        {
            Collect();
            Assert.That(large.Any(buffer => buffer.IsAlive), $"look {look}: a pause is no reason to allocate anew");
            ReadOnce(store, few);
            store.Engine.Reader.Pools.Age();
        }

        store.Engine.Reader.Pools.Age();
        Collect();
        Assert.That(large.Select(buffer => buffer.IsAlive), Is.All.False);
    }

    [Test]
    public void Age_LargeAnswersAgainAndAgain_AreKept()
    {
        using SignalStore store = Open();
        SequenceQuery all = store.Query("a").Build();
        WeakReference[] large = ReadAtOnce(store, all, 1);
        for (int look = 0; look < 3 * AgingPool<SequenceBuffer>.PatientLooks; look++)
        {
            ReadOnce(store, all);
            store.Engine.Reader.Pools.Age();
        }

        Collect();
        Assert.That(large[0].IsAlive);
    }

    [Test]
    public void Age_ServedAnswersNobodyAsksForAnyMore_AreLetGo()
    {
        using SignalStore store = Open();
        store.Definitions.Register(Definition());
        WeakReference buffer = Serve(store);
        for (int look = 0; look <= AgingPool<ServedAnswer>.PatientLooks; look++)
        {
            store.Engine.Reader.Pools.Age();
        }

        Collect();
        Assert.That(buffer.IsAlive, Is.False);
    }

    [Test]
    public void Return_MoreLargeBytesThanThePoolMayHold_KeepsNoMore()
    {
        const long Largest = 1 << 20;
        AgingPool<Load> pool = new(8, Largest);
        foreach (int i in Enumerable.Range(0, 6))
        {
            pool.Return(new Load { Bytes = 400 << 10 });
        }

        Assert.That((pool.Count, pool.LargeBytes), Is.EqualTo((Count: 2, LargeBytes: 800L << 10)));
        Load taken = pool.TryRent()!;
        Assert.That(pool.LargeBytes, Is.EqualTo(400L << 10));
        pool.Return(taken);
        pool.Return(new Load { Bytes = 10 });
        Assert.That((pool.Count, pool.LargeBytes), Is.EqualTo((Count: 3, LargeBytes: 800L << 10)));
    }

    [Test]
    public void Age_GrownWithoutAnAnswerThatShowsIt_IsCountedOrLetGo()
    {
        AgingPool<Load> pool = new(8, 1 << 20);
        Load[] grown = [new Load(), new Load()];
        Array.ForEach(grown, pool.Return);
        Array.ForEach(grown, load => load.Hidden = 600 << 10);
        pool.Age();
        Assert.That((pool.Count, pool.LargeBytes), Is.EqualTo((Count: 1, LargeBytes: 600L << 10)));
    }

    [Test]
    public void Dispose_AnswersOfEveryKind_HoldNoTableThatIsGone()
    {
        using SignalStore store = Open();
        store.Definitions.Register(Definition());
        WeakReference[] gone = ReadEverything(store);
        Append(store, 10, Events);
        store.CompactAsync().GetAwaiter().GetResult();
        Collect();
        Assert.That(gone.Select(table => table.IsAlive), Is.All.False, "tables of before the compaction, and the set of them");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] ReadEverything(SignalStore store)
    {
        store.FlushAsync().GetAwaiter().GetResult();
        Append(store, 10, Events - 5);
        store.Read(User, store.Query("a").Last(20).Build()).Dispose();
        store.Read(User, store.Query("a", "b").Build()).Dispose();
        store.ReadMany([User, UserId.From(2UL)], store.Query("a").Last(7).Build()).Dispose();
        store.Read(User, "late").Dispose();
        store.ReadTensors([User, User], "late", new TensorSet().Bind<float>("v", new float[2 * 5 * 32]));
        TableVersion tables = store.Engine.Tables;
        return [new WeakReference(tables), .. tables.Tables.ToArray().Select(table => new WeakReference(table))];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] ReadAtOnce(SignalStore store, SequenceQuery query, int count)
    {
        Sequence[] held = [.. Enumerable.Range(0, count).Select(_ => store.Read(User, query))];
        WeakReference[] buffers = [.. held.Select(answer => new WeakReference(answer.Buffer))];
        Array.ForEach(held, answer => answer.Dispose());
        return buffers;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReadOnce(SignalStore store, SequenceQuery query) => store.Read(User, query).Dispose();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Serve(SignalStore store)
    {
        using ServedSequence answer = store.Read(User, "late");
        return new WeakReference(answer.Answer);
    }

    private static SequenceDefinition Definition() => SequenceDefinition.Create("late").OwnedBy("tests")
        .From("a", a => a.Last(30)).From("b", b => b.Last(30))
        .Where(Predicate.OnColumn("n").NotEqualTo(2)).Size(5).Columns("n", "note", "v")
        .Tensors(t => t.Output("v", TensorType.Float32, v => v.Column("v"))).Build();

    private static void Append(SignalStore store, int count, int first)
    {
        EventBatch batch = store.CreateBatch("a");
        for (int i = first; i < first + count; i++)
        {
            batch.Add(User, TestStores.Start + i, (ulong)i).Set("n", i % 5).Set("note", "x").SetVector<float>("v", new float[32]);
            if (batch.Count == 40 || i == first + count - 1)
            {
                store.Append(batch);
                store.Engine.RunPending();
                batch.Clear();
            }
        }
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private static SignalStore Open()
    {
        SignalStore store = TestStores.Open(
            ImportStore.NewFiles(record: false), Schema, new ManualTime(TestStores.Start + 1_000_000),
            TestStores.Tiny with { MemTableBytes = 4 << 20, LogBytes = 4 << 20 });
        Append(store, Events, 0);
        return store;
    }

    private sealed class Load : PooledObject
    {
        public long Bytes { get; init; }

        public long Hidden { get; set; }

        public override long HeldBytes => Bytes + Hidden;

        public override long UsedBytes => Bytes;
    }
}
