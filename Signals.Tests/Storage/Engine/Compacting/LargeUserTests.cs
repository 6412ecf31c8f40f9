using Signals.Maintenance;
using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Compacting;

/// <summary>One user with more than a merge takes: that one stays unmerged, everybody else is not affected.</summary>
[Category("Fast")]
internal sealed class LargeUserTests
{
    private const int Flushes = 10;
    private const int RowsAFlush = 300;

    private static readonly StoreSchema Schema = StoreSchema.Define(schema => schema
        .EventType("e", type => type.Field<long>("a")).EventType("small", type => type.Field<long>("a")));

    private static readonly EngineOptions Options = TestStores.Tiny with
    {
        MemTableBytes = 64 << 10,
        RingBytes = 128 << 10,
        MaxBatchBytes = 32 << 10,
        LogBytes = 128 << 10,
        Compaction = TestStores.Tiny.Compaction with { UserLimit = new UserLimit(Rows: 1000, Bytes: long.MaxValue) },
    };

    private ManualTime _time = null!;
    private SimFileSystem _files = null!;

    [SetUp]
    public void SetUp()
    {
        _time = new ManualTime(TestStores.Start);
        _files = new SimFileSystem(record: false);
    }

    [Test]
    public async Task CompactAsync_UserBeyondTheLimit_CompletesWithoutItsTablesAndAgainAfterReopening([Values] bool bytes)
    {
        EngineOptions options = bytes
            ? Options with { Compaction = Options.Compaction with { UserLimit = new UserLimit(long.MaxValue, Bytes: 25_000) } }
            : Options;
        using (SignalStore store = TestStores.Open(_files, Schema, _time, options))
        {
            await Fill(store);
            await Check(store);
        }

        using SignalStore again = TestStores.Open(_files, Schema, _time, options);
        Array.ForEach(again.Engine.TestTurns, turn => turn.Turn());
        await Check(again);
    }

    [Test]
    public async Task CompactAsync_UserBeyondTheLimitErased_LeavesNothingOfThem()
    {
        using SignalStore store = TestStores.Open(_files, Schema, _time, Options);
        await Fill(store);
        await store.CompactAsync();
        Assert.That(store.GetStats().TablesSetAside, Is.GreaterThan(0));
        _time.NowMs += 60_000;
        ValueTask<AppendAck> erased = store.EraseAsync(UserId.From(1UL));
        store.Engine.RunPending();
        await erased;
        await store.CompactAsync();
        StoreStats stats = store.GetStats();
        Assert.That(
            (stats.TablesSetAside, stats.TableRows, stats.Tables),
            Is.EqualTo((TablesSetAside: 0, TableRows: (long)(Flushes * 2), Tables: 2)));
        Assert.That(CountOf(store, 1), Is.Zero);
    }

    [Test]
    public async Task CompactAsync_ExpiredTableSetAside_IsDropped()
    {
        StoreSchema aging = StoreSchema.Define(schema => schema.EventType("e", type => type.MaxAge(TimeSpan.FromDays(2)).Field<long>("a")));
        using SignalStore store = TestStores.Open(_files, aging, _time, Options);
        await Fill(store, others: false);
        await store.CompactAsync();
        Assert.That(store.GetStats().TablesSetAside, Is.GreaterThan(0));
        _time.NowMs += 10L * 86_400_000;
        EventBatch newest = store.CreateBatch("e"); // only an event proves that time went on
        newest.Add(UserId.From(1), _time.NowMs, 1).Set("a", 1L);
        store.Append(newest);
        store.Engine.RunPending();
        await store.CompactAsync();
        Assert.That(
            (store.GetStats().Tables, store.GetStats().TableRows, store.GetStats().TablesSetAside), Is.EqualTo((1, 1L, TablesSetAside: 0)));
    }

    /// <summary>
    /// A table over many days and one of each day, with a user of whom those of the days fit a merge and all of them do not: what
    /// merges of the days leave must be fewer tables, or a full compaction had no end.
    /// </summary>
    [Test]
    public async Task CompactAsync_UserBeyondTheLimitInALongTable_Ends()
    {
        StoreSchema days = StoreSchema.Define(schema => schema.EventType("e", type => type.Window(TimeSpan.FromDays(1)).Field<long>("a")));
        MergeLimit most = new(200);
        EngineOptions options = Options with
        {
            Observer = most,
            Compaction = Options.Compaction with
            {
                MinRuns = 6,
                MaxRuns = 6,
                SmallRunBytes = 0,
                WindowBytes = 1000,
                UserLimit = new UserLimit(Rows: 900, Bytes: long.MaxValue),
            },
        };
        _time.NowMs += 5L * 86_400_000;
        EngineOptions whole = options with { Compaction = options.Compaction with { WindowBytes = 1 << 30 } };
        using SignalStore store = TestStores.Open(_files, days, _time, whole);
        for (int flush = 0; flush < 4; flush++)
        {
            int rows = flush == 0 ? 800 : 300;
            for (int i = 0; i < rows; i += 100)
            {
                EventBatch batch = store.CreateBatch("e", 100);
                for (int row = i; row < i + 100; row++)
                {
                    long day = flush == 0 ? row % 4 : flush;
                    batch.Add(UserId.From(1UL), TestStores.Start + (day * 86_400_000) + row, (ulong)((flush * 1000) + row + 1))
                        .Set("a", row * 7919L);
                }

                store.Append(batch);
            }

            await store.FlushAsync();
        }

        store.Dispose();
        using SignalStore cut = TestStores.Open(_files, days, _time, options);
        most.Interrupt = cut.Engine.TestInterruptCompaction;
        await cut.CompactAsync();
        Assert.That(CountOf(cut, 1), Is.EqualTo(1700));
    }

    private static async Task Check(SignalStore store)
    {
        await store.CompactAsync();
        StoreStats stats = store.GetStats();
        Assert.That((store.FirstError, store.WorkError), Is.EqualTo(((Exception?)null, (Exception?)null)));
        Assert.That(stats.TablesSetAside, Is.InRange(1, 5));
        Assert.That(stats.Tables, Is.InRange(4, 6), "what fits is merged, and all of the other type");
        Assert.That(CountOf(store, 1), Is.EqualTo(Flushes * RowsAFlush));
        Assert.That(CountOf(store, 2), Is.EqualTo(Flushes));
        Assert.That(CountOf(store, 2, "small"), Is.EqualTo(Flushes));
    }

    private static async Task Fill(SignalStore store, bool others = true)
    {
        for (int flush = 0; flush < Flushes; flush++)
        {
            EventBatch batch = store.CreateBatch("e", RowsAFlush + 1);
            for (int i = 0; i < RowsAFlush; i++)
            {
                batch.Add(UserId.From(1UL), TestStores.Start + i, (ulong)((flush * RowsAFlush) + i + 1)).Set("a", (long)i);
            }

            if (others)
            {
                batch.Add(UserId.From(2UL), TestStores.Start, (ulong)flush + 1).Set("a", 1L);
                EventBatch small = store.CreateBatch("small");
                small.Add(UserId.From(2UL), TestStores.Start, (ulong)flush + 1).Set("a", 1L);
                store.Append(small);
            }

            store.Append(batch);
            await store.FlushAsync();
        }
    }

    /// <summary>Ends compactions that have no end.</summary>
    private sealed class MergeLimit(int most) : StoreObserver
    {
        private int _merges;

        public Action Interrupt { get; set; } = static () => { };

        public override void OnCompacted(CompactionReport compaction)
        {
            if (++_merges == most)
            {
                Interrupt();
            }
        }
    }

    private static int CountOf(SignalStore store, ulong user, string type = "e")
    {
        using Sequence read = store.Read(UserId.From(user), store.Query(type).Build());
        return read.Count;
    }
}
