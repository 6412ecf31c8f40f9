using System.Diagnostics;

namespace Signals.Bench.Cliffs;

/// <summary>
/// Three years of one-day windows whose events come in random order, as when a store is filled from an unsorted history.
/// </summary>
internal sealed class ManyWindows(string name, int? budgetMiB) : ICliff
{
    private const int Days = 1095;
    private const int Users = 20_000;
    private const int BatchRows = 256;
    private const long DayMs = 86_400_000;
    private const long FirstMs = 1_672_531_200_000;

    public string Name => name;

    public string Situation =>
        "21.9M events of 20,000 users over 1,095 windows of a day, in random order, "
        + (budgetMiB is { } mib ? $"{mib} MiB of budget" : "defaults");

    public void Measure(CliffRun run)
    {
        int events = run.Sized(21_900_000);
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<long>("item").Window(TimeSpan.FromDays(1))));
        StoreOptions options = new() { MemoryBudgetBytes = budgetMiB is { } mib ? (long)mib << 20 : null };
        UserId[] users = [.. Enumerable.Range(0, 20_000).Select(i => UserId.From((ulong)i + 1))];
        new Random(3).Shuffle(users);
        using (SignalStore store = SignalStore.Open(run.Folder, schema, options))
        {
            Fill(run, store, events);
            SequenceQuery last = store.Query("view").Last(100).Build();
            CliffRun.ReportReads("last 100, not compacted", store, last, users.AsSpan(0, 5000));
            CliffRun.ReportStore("ingested", store);
            Stopwatch clock = Stopwatch.StartNew();
            store.CompactAsync().GetAwaiter().GetResult();
            CliffRun.Report("compaction, s", clock.Elapsed.TotalSeconds);
            CliffRun.ReportReads("last 100, compacted", store, last, users.AsSpan(0, 5000));
            CliffRun.ReportStore("compacted", store);
            UserId[] unknown = [.. Enumerable.Range(0, 2000).Select(i => UserId.From(9_000_000UL + (ulong)i))];
            CliffRun.ReportReads("unknown user", store, last, unknown);
        }

        Stopwatch opening = Stopwatch.StartNew();
        using SignalStore reopened = SignalStore.Open(run.Folder, schema, options);
        CliffRun.Report("reopened, s", opening.Elapsed.TotalSeconds);
    }

    private static void Fill(CliffRun run, SignalStore store, int events)
    {
        Random random = new(1);
        EventBatch batch = store.CreateBatch("view", BatchRows);
        Column<long> item = store.Schema["view"].Column<long>("item");
        AppendTicket ticket = default;
        Stopwatch clock = Stopwatch.StartNew();
        for (int i = 0; i < events; i++)
        {
            batch.Add(UserId.From((ulong)random.Next(Users) + 1), FirstMs + random.NextInt64(Days * DayMs), (ulong)i).Set(item, (long)i);
            if (batch.Count == BatchRows || i == events - 1)
            {
                ticket = store.Append(batch);
                batch.Clear();
            }
        }

        store.WaitAsync(ticket).AsTask().GetAwaiter().GetResult();
        CliffRun.Report("events/s to the last acknowledgement", events / clock.Elapsed.TotalSeconds);
        CliffRun.Report("of which ingest was blocked, s", store.GetStats().WriteStallTime.TotalSeconds);
        store.FlushAsync().GetAwaiter().GetResult();
        StoreStats stats = store.GetStats();
        CliffRun.Report("seconds until all was flushed", clock.Elapsed.TotalSeconds);
        CliffRun.Report("flushes", stats.Flushes);
    }
}
