namespace Signals.Tests.Docs;

/// <summary>The example of the README, compiled and run; <see cref="ReadmeTests"/> holds the two together.</summary>
internal static class ReadmeExample
{
    public static async Task<(int Count, float Dwell)> RunAsync(string path)
    {
        // README begins
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t
            .Field<float>("dwell_seconds").Vector<Half>("item_embedding", 64).KeepLast(500)));
        await using SignalStore store = SignalStore.Open(path, schema);

        EventBatch batch = store.CreateBatch("view");
        batch.Add(UserId.From("alice"), TimeProvider.System.GetUtcNow(), id: 1).Set("dwell_seconds", 12.5f);
        await store.AppendAsync(batch);                                  // in the log, and visible

        SequenceQuery last100 = store.Query("view").Last(100).Build();   // prepare once
        using Sequence seq = store.Read(UserId.From("alice"), last100);
        ReadOnlySpan<long> times = seq.Times;                            // newest first
        ReadOnlySpan<float> dwell = seq.Field<float>("dwell_seconds");
        ReadOnlySpan<Half> vectors = seq.Vector<Half>("item_embedding"); // Count x 64, row after row
        // README ends
        Assert.That(vectors.Length, Is.EqualTo(64 * times.Length));
        return (seq.Count, dwell[0]);
    }
}
