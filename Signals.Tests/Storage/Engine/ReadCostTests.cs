using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage;
using Signals.Storage.Engine;
using Signals.Storage.Reads;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine;

/// <summary>What a cold read of the newest 100 fetches does not grow with the user's history.</summary>
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

    private static async Task<(int History, long Reads, long Bytes)> CostAsync(int history, TimeSpan window)
    {
        SimFileSystem files = new(record: false);
        ManualTime time = new(TestStores.Start);
        EngineOptions options = new StoreOptions().Validate() with { Background = false, LogBytes = 4 << 20, Tables = new TableOptions { BlockBytes = BlockBytes } };
        StoreSchema schema = StoreSchema.Define(s => s
            .EventType("e", t => t.Field<float>("x").Field<long>("y").Field<int>("z").Text("country").Vector<sbyte>("v", 64).Window(window)));
        using (SignalStore store = TestStores.Open(files, schema, time, options))
        {
            EventBatch batch = store.CreateBatch("e");
            SimRandom random = new(1);
            for (int i = 0; i < history; i++)
            {
                UserId user = i % 2 == 0 || i >= history - 200 ? TheUser : UserId.From((ulong)random.Below(50));
                batch.Add(user, TestStores.Start - ((history - i) * 30_000L), (ulong)i)
                    .Set("x", i * 0.1f).Set("y", (long)random.Next()).Set("z", random.Below(1000)).Set("country", "NO");
                if (batch.Count == 1000 || i == history - 1)
                {
                    Assert.That(store.TryAppend(batch, out _));
                    store.Engine.RunPending();
                    batch.Clear();
                }
            }

            await store.CompactAsync();
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
