using Signals.Core.Columns;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>The block cache stays within its capacity, answers rightly, and gives back the memory of a table that is gone.</summary>
[Category("Fast")]
internal sealed class BlockCacheTests
{
    private const int Seed = 11;

    [Test]
    public void GetBlock_Churn_NeverExceedsCapacityAndAnswersStayRight()
    {
        const long Capacity = 40_000;
        BlockCache cache = new(Capacity);
        TableSample one = TableSample.Random(Seed, 60, 200).Write(new TableOptions { BlockBytes = 2048 });
        TableSample two = TableSample.Random(Seed + 1, 60, 200).Write(new TableOptions { BlockBytes = 2048 });
        using Table first = one.Open(cache);
        using Table second = two.Open(cache);
        Random random = new(Seed);
        for (int i = 0; i < 3000; i++)
        {
            (TableSample sample, Table table) = random.Next(2) == 0 ? (one, first) : (two, second);
            UserId user = sample.Users.Keys.ElementAt(random.Next(sample.Users.Count));
            Assert.That(TableSample.Same(sample.Users[user], sample.ReadUser(table, user)!), Is.True);
            Assert.That(cache.GetStats().ResidentBytes, Is.LessThanOrEqualTo(Capacity));
        }

        Assert.That(cache.GetStats().Evictions, Is.GreaterThan(100), "the capacity was meant to be too small");
    }

    [Test]
    public void GetBlock_ManyThreads_StaysInsideCapacityAndAnswersRight()
    {
        BlockCache cache = new(30_000);
        TableSample sample = TableSample.Random(Seed, 60, 200).Write(new TableOptions { BlockBytes = 2048 });
        sample.Files.RecordsReads = false;
        using Table table = sample.Open(cache);
        UserId[] users = [.. sample.Users.Keys];
        int wrong = 0;
        Parallel.For(0, 4, worker =>
        {
            Random random = new(Seed + worker);
            for (int i = 0; i < 1500; i++)
            {
                UserId user = users[random.Next(users.Length)];
                if (random.Next(2) == 0)
                {
                    table.TryFind(user, out UserRows rows);
                    _ = table.GetBlock(table.FindBlock(rows.FirstRow), [random.Next(sample.Schema.Columns.Count)]);
                }

                bool same = TableSample.Same(sample.Users[user], sample.ReadUser(table, user)!);
                bool bounded = cache.GetStats().ResidentBytes <= cache.Capacity;
                wrong += same && bounded ? 0 : 1;
            }
        });
        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void GetBlock_BlockLargerThanTheCapacity_IsReadButNotKept()
    {
        BlockCache cache = new(10);
        TableSample sample = TableSample.Random(Seed, 10, 50).Write();
        using Table table = sample.Open(cache);
        sample.AssertSame(table);
        Assert.That((cache.GetStats().ResidentBytes, cache.GetStats().ResidentBlocks), Is.EqualTo((ResidentBytes: 0, ResidentBlocks: 0)));
    }

    [Test]
    public void Dispose_OfATable_ReturnsItsMemoryAndLeavesTheOthers()
    {
        BlockCache cache = new(1 << 20);
        TableSample one = TableSample.Random(Seed, 40, 100).Write(new TableOptions { BlockBytes = 2048 });
        TableSample two = TableSample.Random(Seed, 40, 100).Write(new TableOptions { BlockBytes = 2048 });
        Table first = one.Open(cache);
        Table second = two.Open(cache);
        one.AssertSame(first);
        long alone = cache.GetStats().ResidentBytes;
        two.AssertSame(second);
        first.Dispose();
        Assert.That(cache.GetStats().ResidentBytes, Is.EqualTo(alone), "equal tables take equal memory");
        two.AssertSame(second);
        second.Dispose();
        Assert.That((cache.GetStats().ResidentBytes, cache.GetStats().ResidentBlocks), Is.EqualTo((ResidentBytes: 0, ResidentBlocks: 0)));
    }

    [Test]
    public void GetBlock_AgainWithMoreColumns_ReadsOnlyThoseMissing()
    {
        TableSample sample = new() { Schema = TableSample.Define(t => t.Field<int>("a").Field<int>("b").Field<int>("c")), Users = [] };
        sample.Users[UserId.From(1)] = TableSample.RandomRows(sample.NewRows(), new Random(1), 2000);
        BlockCache cache = new(1 << 20);
        using Table table = sample.Write(new TableOptions { UnitBytes = 64 << 10, Compress = false }).Open(cache);
        Block narrow = table.GetBlock(0, [1]);
        BlockCacheStats before = cache.GetStats();
        Block wide = table.GetBlock(0, [0, 1, 2]);
        BlockCacheStats after = cache.GetStats();
        Assert.That(after.DeviceReads - before.DeviceReads, Is.EqualTo(2), "columns 0 and 2 are not adjacent, and a page or more apart");
        Assert.That(after.DeviceBytes - before.DeviceBytes, Is.EqualTo(table.Index.ChunkLength(0, 2) + table.Index.ChunkLength(0, 4)));
        Assert.That((after.ResidentBytes, after.ResidentBlocks), Is.EqualTo((ResidentBytes: wide.Bytes, ResidentBlocks: 1)));
        Assert.That(table.GetBlock(0, [0, 1, 2]), Is.SameAs(wide));
        Assert.That(table.GetBlock(0, [1]), Is.SameAs(wide).And.Not.SameAs(narrow));
    }

    [Test]
    public void GetBlock_TouchedBlock_SurvivesAScan()
    {
        TableSample sample = new() { Schema = TableSample.Define(t => t.Field<int>("a")), Users = [] };
        sample.Users[UserId.From(1)] = TableSample.RandomRows(sample.NewRows(), new Random(1), 5000);
        BlockCache cache = new(18_000);
        using Table table = sample.Write(new TableOptions { BlockBytes = 4096 }).Open(cache);
        Block hot = table.GetBlock(0, [0]);
        for (int block = 1; block < table.BlockCount; block++)
        {
            table.GetBlock(block, [0]);
            Assert.That(table.GetBlock(0, [0]), Is.SameAs(hot), $"after block {block}");
        }

        Assert.That(cache.GetStats().Evictions, Is.GreaterThan(5));
    }

    [Test]
    public void WarmRead_FindBlocksAndColumns_AllocatesNothing()
    {
        TableSample sample = TableSample.Random(Seed, 200, 200).Write();
        BlockCache cache = new(64 << 20);
        using Table table = sample.Open(cache);
        sample.AssertSame(table);
        int[] columns = sample.AllColumns;
        UserId[] users = [.. sample.Users.Keys];
        long[] times = new long[1024];
        long missesBefore = cache.GetStats().Misses;
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (UserId user in users)
            {
                table.TryFind(user, out UserRows rows);
                Block block = table.GetBlock(table.FindBlock(rows.FirstRow), columns);
                int first = (int)(rows.FirstRow - block.FirstRow);
                ColumnChunk chunk = block.Times;
                chunk.CopyLongs(first, Math.Min(rows.Count, block.Rows - first), times);
            }

            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        }

        Assert.That(cache.GetStats().Misses, Is.EqualTo(missesBefore));
        Assert.That(cache.GetStats().Hits, Is.GreaterThanOrEqualTo(2 * users.Length));
    }
}
