namespace Signals.Bench.Cliffs;

/// <summary>A user with very many events in the memtable, in the orders in which bots and broken clients send them.</summary>
internal sealed class HotUser : ICliff
{
    private const int BatchRows = 1000;
    private const long FirstMs = 1_772_323_200_000;

    public string Name => "hot-user";

    public string Situation => "100,000 events of one user in the memtable: last 100, in four orders of arrival";

    public void Measure(CliffRun run)
    {
        int count = run.Sized(100_000);
        int[] shuffled = [.. Enumerable.Range(0, count)];
        new Random(1).Shuffle(shuffled);
        Measure(run, "ascending", count, i => (i, 1));
        Measure(run, "any order", count, i => (shuffled[i], 1));
        Measure(run, "one millisecond", count, i => (0, (ulong)i + 1));
        Measure(run, "copies of 1,000 events", count, i => (i % 1000, 1));
    }

    private static void Measure(CliffRun run, string order, int count, Func<int, (int Time, ulong Id)> eventAt)
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<long>("item")));
        using SignalStore store = SignalStore.Open(Path.Combine(run.Folder, order.Replace(' ', '-')), schema);
        UserId user = UserId.From(1UL);
        EventBatch batch = store.CreateBatch("view", BatchRows);
        for (int i = 0; i < count; i++)
        {
            (int time, ulong id) = eventAt(i);
            batch.Add(user, FirstMs + time, id).Set("item", (long)i);
            if (batch.Count == BatchRows || i == count - 1)
            {
                store.AppendAsync(batch).AsTask().GetAwaiter().GetResult();
                batch.Clear();
            }
        }

        CliffRun.ReportReads(order, store, store.Query("view").Last(100).Build(), [.. Enumerable.Repeat(user, 50)]);
    }
}
