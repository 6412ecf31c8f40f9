namespace Signals.Bench.Cliffs;

/// <summary>Measures what each further erasure costs in a store that already has many erasures and many tables.</summary>
internal sealed class ManyErasures : ICliff
{
    private const int Further = 10;
    private const int FurtherBefore = 20; // by then the runtime has compiled what an erasure runs
    private const int SettleMs = 500;
    private const int UsersOfAWindow = 500;
    private const long DayMs = 86_400_000;
    private const long FirstMs = 1_640_995_200_000;

    public string Name => "erasures";

    public string Situation => "further erasures beside 100,000 of other users and 1,000 windows of a day, defaults";

    public void Measure(CliffRun run)
    {
        int windows = run.Sized(1000);
        int erasures = run.Sized(100_000);
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<long>("item").Window(TimeSpan.FromDays(1))));
        using SignalStore store = SignalStore.Open(run.Folder, schema);
        EventBatch batch = store.CreateBatch("view", UsersOfAWindow);
        for (int window = 0; window < windows; window++)
        {
            for (int user = 0; user < UsersOfAWindow; user++)
            {
                batch.Add(UserId.From((ulong)user + 1), FirstMs + (window * DayMs) + user, (ulong)window).Set("item", (long)user);
            }

            store.AppendAsync(batch).AsTask().GetAwaiter().GetResult();
            batch.Clear();
        }

        Task[] waiting = [.. Enumerable.Range(0, erasures).Select(i => store.EraseAsync(UserId.From(1_000_000UL + (ulong)i)).AsTask())];
        Task.WaitAll(waiting);
        store.CompactAsync().GetAwaiter().GetResult();
        CliffRun.ReportStore("compacted", store);
        CliffRun.Report("erasures remembered", store.GetStats().ErasedUsers);
        double before = 0;
        for (int i = -FurtherBefore; i < Further; i++)
        {
            before = i == 0 ? CliffRun.ProcessorSeconds() : before;
            store.EraseAsync(UserId.From(2_000_000UL + (ulong)(FurtherBefore + i))).AsTask().GetAwaiter().GetResult();
            store.FlushAsync().GetAwaiter().GetResult();
            Task.Delay(SettleMs).GetAwaiter().GetResult(); // The other threads do the work that the erasure caused.
        }

        CliffRun.Report("processor ms a further erasure", (CliffRun.ProcessorSeconds() - before) * 1000 / Further);
    }
}
