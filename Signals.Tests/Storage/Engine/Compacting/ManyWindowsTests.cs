using Signals.Maintenance;
using Signals.Storage.Engine.Context;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.FileSystem;

namespace Signals.Tests.Storage.Engine.Compacting;

/// <summary>
/// What any number of windows costs in tables and handles, through flush, reopening and compaction, and what too many tables cost
/// ingest.
/// </summary>
internal sealed class ManyWindowsTests
{
    private const long Hour = 3_600_000;
    private const int Handles = 256;

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("n").Window(TimeSpan.FromHours(1)).KeepLast(1_000_000)));

    [TestCase(5_000)]
    [TestCase(100_000)]
    public async Task Append_OneBatchOfManyWindows_TakesFewHandlesAndTables(int windows)
    {
        ScarceFileSystem files = new(new SimFileSystem(record: false)) { Limit = Handles };
        ManualTime time = new(TestStores.Start);
        EngineOptions options = new StoreOptions { RingBytes = 64 << 20, MaxBatchBytes = 8 << 20 }.Validate() with { Background = false };
        using (SignalStore store = TestStores.Open(files, Schema, time, options))
        {
            EventBatch batch = store.CreateBatch("view");
            for (int i = 0; i < windows; i++)
            {
                batch.Add(UserId.From((ulong)(i % 100) + 1), TestStores.Start - ((long)i * 7919 % windows * Hour), (ulong)i).Set("n", i);
            }

            store.Append(batch);
            await store.FlushAsync();
            Assert.That(store.GetStats().Tables, Is.LessThan(60));
        }

        using (SignalStore store = TestStores.Open(files, Schema, time, options))
        {
            Assert.That(
                store.Engine.Committer.ReadBetweenEdits(manifest => manifest.State.SpansWindows),
                "A build that counts by windows must not open this.");
            await store.CompactAsync();
            Assert.That((store.GetStats().Tables, store.GetStats().TableRows), Is.EqualTo((Tables: 1, TableRows: (long)windows)));
            using Sequence all = store.Read(UserId.From(5), store.Query("view").Columns("n").Build());
            Assert.That(all.Count, Is.EqualTo(windows / 100));
        }

        Assert.That((files.OpenNow, files.Refused), Is.EqualTo((OpenNow: 0, Refused: 0)));
    }

    [Test]
    public async Task Open_TimesAtRandomInLogsAndTables_TakesFewHandles()
    {
        ScarceFileSystem files = new(new SimFileSystem(record: false)) { Limit = Handles };
        ManualTime time = new(TestStores.Start);
        EngineOptions options = TestStores.Tiny with
        {
            MemTableBytes = 64 << 10,
            Compaction = TestStores.Tiny.Compaction with { WindowBytes = 10_000 },
        };
        Random random = new(7);
        for (int opening = 0; opening < 4; opening++)
        {
            using SignalStore store = TestStores.Open(files, Schema, time, options);

            // A batch that two memtables share is replayed whole.
            Assert.That(store.GetStats().TableRows + store.GetStats().MemTableRows, Is.InRange(opening * 5000, (opening * 5000) + 100));
            EventBatch batch = store.CreateBatch("view");
            for (int i = 0; i < 5000; i++)
            {
                long back = (long)(random.NextDouble() * 400_000 * Hour);
                batch.Add(UserId.From((ulong)(i % 10) + 1), TestStores.Start - back, (ulong)((opening * 5000) + i)).Set("n", i);
                if (batch.Count == 100)
                {
                    store.Append(batch);
                    store.Engine.RunPending();
                    batch.Clear();
                }
            }

            Assert.That(store.GetStats().Tables, Is.LessThan(150));
        }

        using SignalStore last = TestStores.Open(
            files, Schema, time, options with { Compaction = options.Compaction with { WindowBytes = 32 << 20 } });
        await last.CompactAsync();
        Assert.That((last.GetStats().Tables, last.GetStats().TableRows), Is.EqualTo((Tables: 1, TableRows: 20_000L)));
        Assert.That(files.Refused, Is.Zero);
    }

    [Test]
    public async Task Append_SmallBudgetAndManyTypesAtRandomTimes_TakesFewTables()
    {
        const int Types = 42;
        string[] names = [.. Enumerable.Range(0, Types).Select(i => $"e{i}")];
        StoreSchema schema = StoreSchema.Define(s => Array.ForEach(names, name => s.EventType(name, t => t.Field<int>("n"))));
        ScarceFileSystem files = new(new SimFileSystem(record: false)) { Limit = Handles };
        EngineOptions options = new StoreOptions { MemoryBudgetBytes = 64 << 20 }.Validate() with
        {
            Background = false,
            MemTableBytes = 1 << 20,
        };
        Random random = new(3);
        using (SignalStore store = TestStores.Open(files, schema, new ManualTime(TestStores.Start), options))
        {
            for (int i = 0; i < 30 * Types; i++)
            {
                EventBatch batch = store.CreateBatch(names[i % Types]);
                for (int row = 0; row < 50; row++)
                {
                    batch.Add(
                        UserId.From((ulong)random.Next(1000) + 1), TestStores.Start - (random.NextInt64(3 * 365) * 24 * Hour), (ulong)i)
                        .Set("n", row);
                }

                store.Append(batch);
                store.Engine.RunPending();
            }

            await store.FlushAsync();
            store.Engine.RunPending();
            Assert.That(store.GetStats().Flushes, Is.GreaterThan(5));
            Assert.That(store.GetStats().Tables, Is.LessThan(Types * 4));
        }

        using SignalStore again = TestStores.Open(files, schema, new ManualTime(TestStores.Start), options);
        await again.CompactAsync();
        Assert.That(again.GetStats().Tables, Is.EqualTo(Types));
        Assert.That(files.Refused, Is.Zero);
    }

    [Test]
    public async Task Append_MoreTablesThanSlowdownTablesWhileCompactionIsBusy_IsSlowedAndGoesOn()
    {
        using HeldCompaction held = new();
        EngineOptions options = TestStores.Tiny with { Background = true, SlowdownTables = 1, Observer = held };
        using SignalStore store = TestStores.Open(new SimFileSystem(record: false), Schema, new ManualTime(TestStores.Start), options);
        EventBatch batch = store.CreateBatch("view");
        for (int i = 0; i < 10_000; i++)
        {
            batch.Add(UserId.From((ulong)(i % 10) + 1), TestStores.Start - (i % 5), (ulong)i).Set("n", i);
            if (batch.Count == 100)
            {
                await store.AppendAsync(batch);
                batch.Clear();
            }
        }

        Assert.That(held.WasReleasedByAStall);
        Assert.That(store.GetStats().TableStalls, Is.InRange(1, store.GetStats().WriteStalls));
        using Sequence all = store.Read(UserId.From(5), store.Query("view").Columns("n").Build());
        Assert.That(all.Count, Is.EqualTo(1000));
    }

    [Test]
    public async Task Compact_FewKeptAndTablesThatMeetInTime_LosesNothingThatIsReached()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n").Window(TimeSpan.FromHours(1)).KeepLast(4)));
        EngineOptions options = TestStores.Tiny with
        {
            Compaction = TestStores.Tiny.Compaction with { WindowBytes = 1 << 30, MinRuns = 12, MaxRuns = 12 },
        };
        using SignalStore store = TestStores.Open(new SimFileSystem(record: false), schema, new ManualTime(TestStores.Start), options);

        // The same two events twice, in tables that meet in time, and two older ones that the last four still reach.
        foreach (long[] hours in (long[][])[[10, 11], [10, 11], [2, 1]])
        {
            EventBatch batch = store.CreateBatch("view");
            foreach (long hour in hours)
            {
                batch.Add(UserId.From(1), TestStores.Start - (30 * Hour) + (hour * Hour), (ulong)hour).Set("n", (int)hour);
            }

            store.Append(batch);
            await store.FlushAsync();
            store.Engine.RunPending();
        }

        await store.CompactAsync();
        using Sequence all = store.Read(UserId.From(1), store.Query("view").Columns("n").Build());
        Assert.That(all.Ids.ToArray(), Is.EqualTo(new ulong[] { 11, 10, 2, 1 }));
    }

    [TestCase(-1L)]
    [TestCase(0L)]
    [TestCase(1L)]
    public async Task Append_EventsOnBothSidesOf1970_AreReadFromOneTableAndFromMany(long shift)
    {
        foreach (long windowBytes in (long[])[0, 1 << 30])
        {
            EngineOptions options = TestStores.Tiny with { Compaction = TestStores.Tiny.Compaction with { WindowBytes = windowBytes } };
            using SignalStore store = TestStores.Open(new SimFileSystem(record: false), Schema, new ManualTime(TestStores.Start), options);
            long[] times = [.. Enumerable.Range(-20, 41).Select(i => (i * Hour / 2) + shift)];
            foreach (long[] some in times.Chunk(7).Reverse())
            {
                EventBatch batch = store.CreateBatch("view");
                Array.ForEach(some, time => batch.Add(UserId.From(1), time, 1).Set("n", 1));
                store.Append(batch);
                await store.FlushAsync();
                store.Engine.RunPending();
            }

            await store.CompactAsync();
            using Sequence all = store.Read(UserId.From(1), store.Query("view").Columns("n").Build());
            Assert.That(all.Times.ToArray(), Is.EqualTo(times.Reverse()));
        }
    }

    /// <summary>Holds the compaction thread after its first merge until ingest stalls, or half a minute has passed.</summary>
    private sealed class HeldCompaction : StoreObserver, IDisposable
    {
        private readonly ManualResetEventSlim _stalled = new();

        public bool WasReleasedByAStall { get; private set; }

        public override void OnCompacted(CompactionReport compaction) => WasReleasedByAStall = _stalled.Wait(TimeSpan.FromSeconds(30));

        public override void OnStallBegan() => _stalled.Set();

        public void Dispose() => _stalled.Dispose();
    }
}
