using Signals.Offline;

namespace Signals.Bench.Cliffs;

/// <summary>A user of whose events an offline job retracted the newest half.</summary>
internal sealed class ManyRetractions : ICliff
{
    private const int BatchRows = 4000;
    private const long FirstMs = 1_772_323_200_000;

    public string Name => "retractions";

    public string Situation => "last 100 of a user with 400,000 events, the newest 200,000 retracted";

    public void Measure(CliffRun run)
    {
        int half = run.Sized(200_000);
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<long>("item")));
        using SignalStore store = SignalStore.Open(Path.Combine(run.Folder, "store"), schema);
        UserId user = UserId.From(1UL);
        EventBatch batch = store.CreateBatch("view", BatchRows);
        for (int i = 0; i < 2 * half; i++)
        {
            batch.Add(user, FirstMs + i, 1).Set("item", (long)i);
            if (batch.Count == BatchRows || i == (2 * half) - 1)
            {
                store.AppendAsync(batch).AsTask().GetAwaiter().GetResult();
                batch.Clear();
            }
        }

        store.FlushAsync().GetAwaiter().GetResult();
        UserId[] reads = [.. Enumerable.Repeat(user, 50)];
        SequenceQuery last = store.Query("view").Last(100).Build();
        CliffRun.ReportReads("before", store, last, reads);
        string segment = Path.Combine(run.Folder, "retractions.segment");
        using (SegmentWriter writer = SegmentWriter.Create(segment, store.Schema["view"], new SegmentOptions { Generation = 1 }))
        {
            for (int i = half; i < 2 * half; i++)
            {
                writer.Retract(user, FirstMs + i, 1);
            }

            writer.Finish();
        }

        store.ImportAsync(segment).GetAwaiter().GetResult();
        CliffRun.ReportReads("retracted", store, last, reads);
        store.CompactAsync().GetAwaiter().GetResult();
        CliffRun.ReportReads("retracted and compacted", store, last, reads);
    }
}
