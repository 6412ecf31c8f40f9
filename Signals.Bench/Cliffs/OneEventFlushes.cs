namespace Signals.Bench.Cliffs;

/// <summary>
/// Flushes of one event into a store of many tables, where last-N makes old rows surplus. Measures the work that a flush causes
/// in the other threads.
/// </summary>
internal sealed class OneEventFlushes : ICliff
{
    private const int Users = 2000;
    private const int Flushes = 10;
    private const int FlushesBefore = 20; // by then the runtime has compiled what a flush runs
    private const int SettleMs = 500;
    private const long DayMs = 86_400_000;
    private const long FirstMs = 1_640_995_200_000;

    public string Name => "surplus";

    public string Situation => "flushes of one event beside 1,000 windows of a day with 2,000 users each, last 50 kept, defaults";

    public void Measure(CliffRun run)
    {
        int windows = run.Sized(1000);
        StoreSchema schema = StoreSchema.Define(
            s => s.EventType("view", t => t.Field<long>("item").KeepLast(50).Window(TimeSpan.FromDays(1))));
        using SignalStore store = SignalStore.Open(run.Folder, schema);
        EventBatch batch = store.CreateBatch("view", Users);
        for (int window = 0; window < windows; window++)
        {
            for (int user = 0; user < Users; user++)
            {
                batch.Add(UserId.From((ulong)user + 1), FirstMs + (window * DayMs) + user, (ulong)window).Set("item", (long)user);
            }

            store.AppendAsync(batch).AsTask().GetAwaiter().GetResult();
            batch.Clear();
        }

        store.CompactAsync().GetAwaiter().GetResult();
        CliffRun.ReportStore("compacted", store);
        double before = 0;
        for (int i = -FlushesBefore; i < Flushes; i++)
        {
            before = i == 0 ? CliffRun.ProcessorSeconds() : before;
            batch.Add(UserId.From(1UL), FirstMs + (windows * DayMs) + FlushesBefore + i, (ulong)(FlushesBefore + i)).Set("item", 1L);
            store.AppendAsync(batch).AsTask().GetAwaiter().GetResult();
            batch.Clear();
            store.FlushAsync().GetAwaiter().GetResult();
            Task.Delay(SettleMs).GetAwaiter().GetResult(); // The other threads do the work that the flush caused.
        }

        CliffRun.Report("processor ms a flush of one event", (CliffRun.ProcessorSeconds() - before) * 1000 / Flushes);
    }
}
