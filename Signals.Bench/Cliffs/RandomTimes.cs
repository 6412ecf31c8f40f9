namespace Signals.Bench.Cliffs;

/// <summary>One client whose clock is wrong, so that its times are spread over decades.</summary>
internal sealed class RandomTimes : ICliff
{
    private const int BatchRows = 1000;
    private const long FirstMs = 315_532_800_000;

    public string Name => "random-times";

    public string Situation => "100,000 events of 100 users at random times from 1980 on, defaults";

    public void Measure(CliffRun run)
    {
        int events = run.Sized(100_000);
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<long>("item")));
        using SignalStore store = SignalStore.Open(run.Folder, schema);
        Random random = new(1);
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        EventBatch batch = store.CreateBatch("view", BatchRows);
        for (int i = 0; i < events; i++)
        {
            batch.Add(UserId.From((ulong)(i % 100) + 1), random.NextInt64(FirstMs, now), (ulong)i).Set("item", 1L);
            if (batch.Count == BatchRows || i == events - 1)
            {
                store.AppendAsync(batch).AsTask().GetAwaiter().GetResult();
                batch.Clear();
            }
        }

        store.FlushAsync().GetAwaiter().GetResult();
        SequenceQuery last = store.Query("view").Last(100).Build();
        UserId[] known = [.. Enumerable.Range(0, 1000).Select(i => UserId.From((ulong)(i % 100) + 1))];
        UserId[] unknown = [.. Enumerable.Range(0, 1000).Select(i => UserId.From(9_000_000UL + (ulong)i))];
        CliffRun.ReportReads("last 100, flushed", store, last, known);
        CliffRun.ReportReads("unknown user", store, last, unknown);
        CliffRun.ReportStore("flushed", store);
    }
}
