using Signals.Offline;
using Signals.Storage.Engine.Context;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Views;

/// <summary>
/// Reads that found everything in memory go on to do so when an import, a fold, a flush or a merge puts new files under them.
/// </summary>
[Category("Fast")]
internal sealed class CacheWarmingTests
{
    private const int Users = 40;
    private const int Events = 12;
    private const int Score = 1;

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("e", t => t.Field<int>("n").Enrichment<int>("score").Window(TimeSpan.FromDays(1))));

    private static readonly EngineOptions Roomy = TestStores.Tiny with
    {
        MemTableBytes = 1 << 20,
        LogBytes = 1 << 20,
        BlockCacheBytes = 4 << 20,
    };

    private readonly SimFileSystem _files = new(record: false);

    [SetUp]
    public void NewFolder() => _files.CreateDirectory("/offline");

    [TearDown]
    public void RemoveFolder()
    {
        foreach (string name in _files.ListFiles(TestStores.Folder))
        {
            _files.Delete(Path.Combine(TestStores.Folder, name));
        }
    }

    [Test]
    public async Task ImportAndFold_OfUsersInTheCache_LeaveNothingToLoad()
    {
        using SignalStore store = Open(Roomy);
        Append(store, 0, Events);
        await store.FlushAsync();
        Assert.That(CountLoads(store, "n", "score"), Is.GreaterThan(0), "the first reads of a table");
        Assert.That(store.GetStats().BlocksWarmed, Is.Zero);
        Import(store);
        Assert.That(store.GetStats().PatchRows, Is.EqualTo(Users * Events), "not folded yet");
        long warmed = store.GetStats().BlocksWarmed;
        Assert.That(warmed, Is.GreaterThan(0));
        Assert.That(CountLoads(store, "n", "score"), Is.Zero, "of the segment");
        AssertScores(store);
        store.Engine.RunPending();
        Assert.That(store.GetStats().PatchRows, Is.Zero);
        Assert.That(store.GetStats().BlocksWarmed, Is.GreaterThan(warmed));
        Assert.That(CountLoads(store, "n", "score"), Is.Zero, "of the column file");
        AssertScores(store);
    }

    [Test]
    public async Task Fold_WhileOtherPatchesOfTheUsersWait_LeavesNothingToLoad()
    {
        using SignalStore store = Open(Roomy);
        Append(store, 0, Events);
        await store.FlushAsync();
        CountLoads(store, "n", "score");
        Import(store, withOrphans: true);
        store.Engine.RunPending();
        Assert.That((store.GetStats().Folds, store.GetStats().OrphansHeld), Is.EqualTo((Folds: 1L, OrphansHeld: (long)Users)));
        Assert.That(CountLoads(store, "n", "score"), Is.Zero, "of stamps, which reads look at for the sake of the patches that wait");
        AssertScores(store);
    }

    [Test]
    public async Task FlushAndMerge_WhileOthersAreInTheCache_LeaveNothingToLoad()
    {
        using SignalStore store = Open(Roomy);
        Append(store, 0, Events / 2);
        await store.FlushAsync();
        CountLoads(store, "n");
        Append(store, Events / 2, Events);
        Assert.That(CountLoads(store, "n"), Is.Zero);
        await store.FlushAsync();
        Assert.That(CountLoads(store, "n"), Is.Zero, "of what was in the memtable");
        await store.CompactAsync();
        Assert.That(store.GetStats().Tables, Is.EqualTo(1));
        Assert.That(CountLoads(store, "n"), Is.Zero, "of the merged run");
        Assert.That(CountLoads(store, "n", "score"), Is.GreaterThan(0), "of a column that nobody had read");
    }

    [Test]
    public async Task Flush_NothingRead_WarmsNothing()
    {
        using SignalStore store = Open(Roomy);
        Append(store, 0, Events / 2);
        await store.FlushAsync();
        Append(store, Events / 2, Events);
        await store.CompactAsync();
        Assert.That((store.GetStats().BlocksWarmed, store.GetStats().BlockCacheBytes), Is.EqualTo((BlocksWarmed: 0L, BlockCacheBytes: 0L)));
    }

    [Test]
    public async Task Flush_IntoANearlyFullCache_TakesTheRoomThereIsAndEvictsNothing()
    {
        long all;
        using (SignalStore store = Open(Roomy))
        {
            Append(store, 0, Events / 2);
            await store.FlushAsync();
            CountLoads(store, "n");
            all = store.GetStats().BlockCacheBytes;
        }

        using SignalStore nearlyFull = Open(Roomy with { BlockCacheBytes = all + (all / 3) });
        CountLoads(nearlyFull, "n");
        Append(nearlyFull, Events / 2, Events);
        await nearlyFull.FlushAsync();
        StoreStats stats = nearlyFull.GetStats();
        int blocks = nearlyFull.Engine.Tables.Tables.Max(table => table.BlockCount);
        Assert.That(stats.BlocksWarmed, Is.GreaterThan(0).And.LessThan(blocks));
        Assert.That(stats.BlockCacheBytes, Is.GreaterThan(all).And.LessThanOrEqualTo(all + (all / 3)));
        Assert.That(nearlyFull.Engine.GetCounters().Cache.Evictions, Is.Zero);
    }

    [Test]
    public async Task Load_WhenStopped_LoadsNothing()
    {
        using SignalStore store = Open(Roomy);
        Append(store, 0, Events);
        await store.FlushAsync();
        CountLoads(store, "n");
        Table table = store.Engine.Tables.Tables.Single();
        WarmBlocks warm = new(table);
        warm.WantLike(table);
        Assert.That(warm.Load(1 << 20, new CancellationToken(canceled: true)), Is.Zero);
        Assert.That(warm.Load(1 << 20, CancellationToken.None), Is.EqualTo(store.GetStats().BlockCacheBytes));
    }

    private SignalStore Open(EngineOptions options) => TestStores.Open(_files, Schema, new ManualTime(TestStores.Start), options);

    private static void Append(SignalStore store, int from, int to)
    {
        EventBatch batch = store.CreateBatch("e");
        for (ulong user = 0; user < Users; user++)
        {
            for (int i = from; i < to; i++)
            {
                batch.Add(UserId.From(user + 1), TimeOf(i), (ulong)i).Set("n", i);
            }

            Assert.That(store.TryAppend(batch, out _));
            batch.Clear();
            store.Engine.RunPending();
        }
    }

    private void Import(SignalStore store, bool withOrphans = false)
    {
        const string Path = "/offline/scores.seg";
        using (SegmentWriter writer = SegmentWriter.Create(
            _files, Path, Schema["e"], new SegmentOptions { Generation = 1, Source = "test" }))
        {
            for (ulong user = 0; user < Users; user++)
            {
                for (int i = 0; i < Events; i++)
                {
                    writer.Correct(UserId.From(user + 1), TimeOf(i), (ulong)i).Set("score", (100 * (int)user) + i);
                }

                if (withOrphans)
                {
                    writer.Correct(UserId.From(user + 1), TimeOf(1) + 1, 1).Set("score", 1);
                }
            }

            writer.Finish();
        }

        store.ImportAsync(Path, new ImportOptions { Move = true }).GetAwaiter().GetResult();
    }

    private static long TimeOf(int i) => TestStores.Start + (1_000 * i);

    /// <summary>How many blocks it takes to read everything.</summary>
    private static long CountLoads(SignalStore store, params string[] columns)
    {
        long before = store.GetStats().BlockCacheMisses;
        for (ulong user = 0; user < Users; user++)
        {
            using Sequence sequence = store.Read(UserId.From(user + 1), store.Query("e").Columns(columns).Build());
            Assert.That(sequence.Count, Is.GreaterThan(0));
        }

        return store.GetStats().BlockCacheMisses - before;
    }

    private static void AssertScores(SignalStore store)
    {
        for (ulong user = 0; user < Users; user++)
        {
            using Sequence sequence = store.Read(UserId.From(user + 1), store.Query("e").Columns("score").Build());
            Assert.That(
                sequence.Field<int>("score").ToArray(),
                Is.EqualTo(Enumerable.Range(0, Events).Reverse().Select(i => (100 * (int)user) + i)));
            Assert.That(sequence.States("score").ToArray(), Is.All.EqualTo(ColumnState.Value));
        }
    }
}
