using Signals.Storage.Engine.Context;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Context;

/// <summary>One budget for all of a store's memory: how it is divided, and that what a store counts stays within it.</summary>
internal sealed class MemoryBudgetTests
{
    private const int Users = 30_000;
    private const int Days = 8;

    private static readonly string[] Columns = [.. Enumerable.Range(0, 10).Select(i => $"c{i}")];

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("e", t =>
        Columns.Aggregate(t, (type, column) => type.Field<long>(column)).Window(TimeSpan.FromDays(1))));

    [Test]
    public void Validate_AnyBudget_DividesAllOfIt([Values(32, 64, 512, 4_096)] int mib, [Values(1, 2, 5)] int maxFrozen)
    {
        long budget = (long)mib << 20;
        EngineOptions options = new StoreOptions { MemoryBudgetBytes = budget, MaxFrozenMemTables = maxFrozen }.Validate();
        Assert.That(options.RingBytes + (options.MemTableBytes * (maxFrozen + 2)) + options.BlockCacheBytes, Is.EqualTo(budget));
        Assert.That(int.IsPow2(options.RingBytes) && options.RingBytes >= 4 * options.MaxBatchBytes);
        Assert.That(options.BlockCacheBytes, Is.GreaterThan(budget / 4));
    }

    [Test]
    public void GetErrors_BudgetTooSmall_SaysSo()
    {
        Assert.That(
            new StoreOptions { MemoryBudgetBytes = 31 << 20 }.GetErrors().Single(),
            Does.Contain(nameof(StoreOptions.MemoryBudgetBytes)));
        StoreOptions large = new() { MemoryBudgetBytes = 32 << 20, MaxBatchBytes = 16 << 20, LogBytes = 64 << 20 };
        Assert.That(large.GetErrors().Single(), Does.Contain(nameof(StoreOptions.MemoryBudgetBytes)));
    }

    [Test]
    public void Validate_SizesLeftAtTheirDefaults_FitTheMemoryOfTheProcess(
        [Values(256, 384, 512, 1024, 2048)] int mib, [Values(1, 2, 6)] int maxFrozen)
    {
        long available = (long)mib << 20;
        EngineOptions options = new StoreOptions { AvailableBytes = available, MaxFrozenMemTables = maxFrozen }.Validate();
        long all = options.RingBytes + (options.MemTableBytes * (maxFrozen + 2)) + options.BlockCacheBytes;
        Assert.That(all, Is.LessThanOrEqualTo(available / 4));
        Assert.That(all, Is.GreaterThan(available / 8));
        Assert.That(int.IsPow2(options.RingBytes) && options.RingBytes >= 4 * options.MaxBatchBytes);
    }

    [Test]
    public void Validate_MemoryIsPlentyOrNotKnown_UsesTheWholeDefaults([Values(0, -1, 3_104, 65_536)] long mib)
    {
        EngineOptions options = new StoreOptions { AvailableBytes = mib << 20 }.Validate();
        Assert.That(
            (options.RingBytes, options.MemTableBytes, options.BlockCacheBytes), Is.EqualTo((8 << 20, 128L << 20, 256L << 20)));
    }

    [Test]
    public void Validate_SizesThatAreSet_AreTakenAsTheyAre()
    {
        StoreOptions chosen = new() { AvailableBytes = 256 << 20, RingBytes = 8 << 20, BlockCacheBytes = 256 << 20 };
        EngineOptions options = chosen.Validate();
        Assert.That((options.RingBytes, options.BlockCacheBytes), Is.EqualTo((8 << 20, 256L << 20)));
        Assert.That(options.MemTableBytes, Is.LessThan(16 << 20), "which was not set");
        StoreOptions all = new() { AvailableBytes = 256 << 20, MemTableBytes = 128 << 20 };
        Assert.That(all.Validate().MemTableBytes, Is.EqualTo(128 << 20));
    }

    [Test]
    public void Validate_AlmostNoMemory_StillTakesABatch([Values(1, 16, 64)] int mib, [Values(64 << 10, 1 << 20, 2 << 20)] int batch)
    {
        StoreOptions chosen = new() { AvailableBytes = mib << 20, MaxBatchBytes = batch };
        Assert.That(chosen.GetErrors(), Is.Empty);
        Assert.That(chosen.Validate().MemTableBytes, Is.GreaterThanOrEqualTo(2 * batch));
    }

    [Test]
    public async Task Store_WithABudget_CountsNoMoreThanThatAtAnyMoment()
    {
        const long Budget = 32 << 20;
        StoreOptions chosen = new() { MemoryBudgetBytes = Budget, MaxBatchBytes = 64 << 10, LogBytes = 1 << 20 };
        EngineOptions options = chosen.Validate() with
        {
            Background = false,
            Tables = new TableOptions { BlockBytes = 16 << 10, Compress = false },
        };
        using SignalStore store = TestStores.Open(new SimFileSystem(record: false), Schema, new ManualTime(TestStores.Start), options);
        for (int day = 0; day < Days; day++)
        {
            Append(store, day);
            await store.FlushAsync();
            ReadAll(store);
            AssertWithin(store, Budget);
        }

        StoreStats stats = store.GetStats();
        Assert.That(
            stats.DirectoryBytes, Is.LessThan(3 * Days * Users),
            "less than three bytes a user and table whatever is read, most of that the filter: the rest is among the blocks");
        Assert.That(store.Engine.GetCounters().Cache.Evictions, Is.GreaterThan(0), "blocks and directories were meant not to fit together");
        await store.CompactAsync();
        AssertWithin(store, Budget);
    }

    private static void AssertWithin(SignalStore store, long budget)
    {
        StoreStats stats = store.GetStats();
        Assert.That(stats.MemTableBytes + stats.DirectoryBytes + stats.BlockCacheBytes + stats.RingBytes, Is.LessThanOrEqualTo(budget));
        Assert.That(stats.BlockCacheBytes, Is.GreaterThan(0));
    }

    private static void Append(SignalStore store, int day)
    {
        Random random = new(day);
        EventBatch batch = store.CreateBatch("e");
        for (int user = 0; user < Users; user++)
        {
            EventRow row = batch.Add(IdOf(user), TestStores.Start - (day * 86_400_000L), (ulong)user);
            foreach (string column in Columns)
            {
                row.Set(column, random.NextInt64());
            }

            if (batch.Count == 500)
            {
                Assert.That(store.TryAppend(batch, out _));
                store.Engine.RunPending();
                batch.Clear();
            }
        }
    }

    private static void ReadAll(SignalStore store)
    {
        SequenceQuery query = store.Query("e").Build();
        for (int user = 0; user < Users; user += 100)
        {
            using Sequence read = store.Read(IdOf(user), query);
            Assert.That(read.Count, Is.Positive);
        }
    }

    // As hashes of names lie.
    private static UserId IdOf(int user) => new(((ulong)user + 1) * 0x9E37_79B9_7F4A_7C15, ((ulong)user + 1) * 0xC2B2_AE3D_27D4_EB4F);
}
