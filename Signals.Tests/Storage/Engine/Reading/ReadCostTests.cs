using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Engine.Context;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Reading;

/// <summary>What a cold read of the newest 100 fetches does not grow with the user's history.</summary>
[Category("Fast")]
internal sealed class ReadCostTests
{
    private const int BlockBytes = 64 << 10;
    private static readonly UserId TheUser = UserId.From("alice");

    [Test]
    public async Task ColdRead_Last100_StaysWithinOneBlockAsHistoryGrows([Values(1, 30)] int days)
    {
        List<(int History, long Reads, long Bytes)> costs = [];
        foreach (int history in (int[])[100, 1_000, 16_000, 64_000])
        {
            costs.Add(await CostAsync(history, TimeSpan.FromDays(days)));
        }

        foreach ((int history, long reads, long bytes) in costs)
        {
            TestContext.Out.WriteLine($"windows of {days} days, {history} events: {reads} reads, {bytes} bytes");
        }

        Assert.That(costs.Select(cost => cost.Reads), Is.All.EqualTo(1));
        Assert.That(costs.Select(cost => cost.Bytes), Is.All.InRange(1, BlockBytes));
    }

    [Test]
    public async Task ColdRead_Last100OfPatchedColumns_StaysBoundedAsHistoryGrows()
    {
        List<(int History, long Reads, long Bytes)> costs = [];
        foreach (int history in (int[])[100, 1_000, 16_000])
        {
            costs.Add(await CostAsync(history, TimeSpan.FromDays(30), patched: true));
        }

        foreach ((int history, long reads, long bytes) in costs)
        {
            TestContext.Out.WriteLine($"patched, {history} events: {reads} reads, {bytes} bytes");
        }

        Assert.That(
            costs.Select(cost => cost.Reads), Is.All.EqualTo(2),
            "the table's chunks on both sides of the patched column, which lie close together, and that of the column file");
        Assert.That(costs.Select(cost => cost.Bytes), Is.All.InRange(1, BlockBytes + BlockBytes));
    }

    /// <summary>Two pages of the device, whatever the history: one block of a few hundred rows.</summary>
    [Test]
    public async Task ColdRead_Last100OfSmallBlocks_FetchesTwoPages([Values(100, 1_000, 16_000)] int history)
    {
        TableOptions small = new StoreOptions { SmallBlocks = true }.Validate().Tables;
        (_, long reads, long bytes) = await CostAsync(history, TimeSpan.FromDays(30), tables: small);
        TestContext.Out.WriteLine($"{history} events: {reads} reads, {bytes} bytes");
        Assert.That(reads, Is.EqualTo(1));
        Assert.That(bytes, Is.InRange(1, 8 << 10));
        Assert.That(
            history < 1_000 || bytes < (await CostAsync(history, TimeSpan.FromDays(30))).Bytes / 2, "less than half of a large block");
    }

    /// <summary>A patch of one column for every event, folded.</summary>
    private static void Patch(SimFileSystem files, SignalStore store, int history, Func<int, UserId> userOf)
    {
        EventTypeSchema type = store.Schema["e"];
        SortedDictionary<UserId, RowBuffer> users = [];
        for (int i = history - 1; i >= 0; i--)
        {
            if (!users.TryGetValue(userOf(i), out RowBuffer? rows))
            {
                users[userOf(i)] = rows = new([.. type.Columns.Select(column => column.Type)], Stamp.Create(1, 0), StampParts.None);
            }

            rows.AppendKey(TestStores.Start - ((history - i) * 30_000L), (ulong)i);
            rows.FillAbsent();
            rows.Columns[2].RemoveLast();
            rows.Columns[2].Append(7 * i);
        }

        using AttachedRuns runs = new(files, store, new TableOptions { BlockBytes = BlockBytes });
        runs.Add(type, RunKind.Patches, users).Attach();
        store.Engine.RunPending();
        Assert.That(files.ListFiles(TestStores.Folder).Count(name => name.EndsWith(".col", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    private static async Task<(int History, long Reads, long Bytes)> CostAsync(
        int history, TimeSpan window, bool patched = false, TableOptions? tables = null)
    {
        SimFileSystem files = new(record: false);
        ManualTime time = new(TestStores.Start);
        EngineOptions options = new StoreOptions().Validate() with
        {
            Background = false,
            LogBytes = 4 << 20,
            Tables = tables ?? new TableOptions { BlockBytes = BlockBytes },
        };
        StoreSchema schema = StoreSchema.Define(s => s
            .EventType("e", t => t
                .Field<float>("x").Field<long>("y").Field<int>("z").Text("country").Vector<sbyte>("v", 64).Window(window)));
        using (SignalStore store = TestStores.Open(files, schema, time, options))
        {
            EventBatch batch = store.CreateBatch("e");
            SimRandom random = new(1);
            UserId UserOf(int i) => i % 2 == 0 || i >= history - 200 ? TheUser : UserId.From((ulong)(i * 31 % 50) + 1);
            for (int i = 0; i < history; i++)
            {
                batch.Add(UserOf(i), TestStores.Start - ((history - i) * 30_000L), (ulong)i)
                    .Set("x", i * 0.1f).Set("y", (long)random.Next()).Set("z", random.Below(1000)).Set("country", "NO");
                if (batch.Count == 1000 || i == history - 1)
                {
                    Assert.That(store.TryAppend(batch, out _));
                    store.Engine.RunPending();
                    batch.Clear();
                }
            }

            await store.CompactAsync();
            if (patched)
            {
                Patch(files, store, history, UserOf);
            }
        }

        using SignalStore cold = TestStores.Open(files, schema, time, options);
        SequenceQuery query = cold.Query("e").Last(100).Columns("x", "y", "z", "country").Build();
        StoreStats before = cold.GetStats();
        using Sequence sequence = cold.Read(TheUser, query);
        Assert.That(sequence.Count, Is.EqualTo(Math.Min(100, history)));
        StoreStats after = cold.GetStats();
        return (history, after.BlockReads - before.BlockReads, after.BlockBytesRead - before.BlockBytesRead);
    }
}
