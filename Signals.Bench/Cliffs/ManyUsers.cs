using System.Diagnostics;

namespace Signals.Bench.Cliffs;

/// <summary>Many users with few events each, so that the data kept for each user and table outweighs the events.</summary>
internal sealed class ManyUsers(string name, int users, int eventsOfEach, int? budgetMiB) : ICliff
{
    private const int BatchRows = 256;
    private const long FirstMs = 1_772_323_200_000;

    public string Name => name;

    public string Situation =>
        $"{users:N0} users with {eventsOfEach} events each, {(budgetMiB is { } mib ? $"{mib} MiB of budget" : "defaults")}";

    public void Measure(CliffRun run)
    {
        int count = run.Sized(users);
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<long>("item")));
        using SignalStore store = SignalStore.Open(
            run.Folder, schema, new StoreOptions { MemoryBudgetBytes = budgetMiB is { } mib ? (long)mib << 20 : null });
        EventBatch batch = store.CreateBatch("view", BatchRows);
        Column<long> item = store.Schema["view"].Column<long>("item");
        AppendTicket ticket = default;
        long events = (long)count * eventsOfEach;
        double before = CliffRun.ResidentMiB();
        Stopwatch clock = Stopwatch.StartNew();
        for (long i = 0; i < events; i++)
        {
            batch.Add(UserOf(i % count), FirstMs + (i * 25), (ulong)i).Set(item, i);
            if (batch.Count == BatchRows || i == events - 1)
            {
                ticket = store.Append(batch);
                batch.Clear();
            }
        }

        store.WaitAsync(ticket).AsTask().GetAwaiter().GetResult();
        CliffRun.Report("events/s to the last acknowledgement", events / clock.Elapsed.TotalSeconds);
        store.CompactAsync().GetAwaiter().GetResult();
        Random random = new(7);
        SequenceQuery last = store.Query("view").Last(100).Build();
        UserId[] readers = [.. Enumerable.Range(0, 20_000).Select(_ => UserOf(random.Next(count)))];
        CliffRun.ReportReads("last 100, compacted", store, last, readers);
        CliffRun.ReportStore("compacted", store);
        CliffRun.Report("directory bytes a user", store.GetStats().DirectoryBytes / (double)count);
        CliffRun.Report("resident MiB above the empty process", CliffRun.ResidentMiB() - before);
    }

    /// <summary>A user whose number is spread over 64 bits, as hashed and random ids are.</summary>
    private static UserId UserOf(long i) => UserId.From((ulong)(i + 1) * 0x9E3779B97F4A7C15);
}
