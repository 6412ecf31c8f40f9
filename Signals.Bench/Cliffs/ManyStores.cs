namespace Signals.Bench.Cliffs;

/// <summary>A host that opens many small stores: measures what each of them costs without doing anything.</summary>
internal sealed class ManyStores : ICliff
{
    private const int EventsOfEach = 1000;
    private const long FirstMs = 1_772_323_200_000;

    public string Name => "stores";

    public string Situation => "150 stores with 1,000 events each in one process, defaults";

    public void Measure(CliffRun run)
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<long>("item")));
        int count = run.Sized(150);
        List<SignalStore> stores = [];
        double before = CliffRun.ResidentMiB();
        double threads = CliffRun.Threads();
        try
        {
            for (int i = 0; i < count; i++)
            {
                stores.Add(SignalStore.Open(Path.Combine(run.Folder, $"{i}"), schema));
                Fill(stores[^1]);
            }

            CliffRun.Report("resident MiB a store", (CliffRun.ResidentMiB() - before) / count);
            CliffRun.Report("threads a store", (CliffRun.Threads() - threads) / count);
            CliffRun.Report("handles a store", CliffRun.Handles() / count);
            long fileBytes = new DirectoryInfo(run.Folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
            CliffRun.Report("MiB of files a store", fileBytes / 1048576.0 / count);
        }
        finally
        {
            stores.ForEach(store => store.Dispose());
        }
    }

    private static void Fill(SignalStore store)
    {
        EventBatch batch = store.CreateBatch("view", EventsOfEach);
        for (int i = 0; i < EventsOfEach; i++)
        {
            batch.Add(UserId.From((ulong)(i % 50) + 1), FirstMs + i, (ulong)i).Set("item", (long)i);
        }

        store.AppendAsync(batch).AsTask().GetAwaiter().GetResult();
    }
}
