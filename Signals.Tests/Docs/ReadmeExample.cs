namespace Signals.Tests.Docs;

/// <summary>The example of the README, compiled and run; <see cref="ReadmeTests"/> holds the two together.</summary>
internal static partial class ReadmeExample
{
    public static async Task<(int Count, float Dwell)> RunAsync(string path)
    {
        // README begins
        await using SignalStore store = SignalStore.Open(path, StoreSchema.Of<View>());
        UserId alice = UserId.From("alice");

        View seen = new(alice, TimeProvider.System.GetUtcNow(), Id: 1) { Item = 4711, DwellSeconds = 12.5f };
        await store.AppendAsync(seen);                                      // in the log, and visible

        foreach (View view in store.Query<View>().Last(100).Read(alice))    // newest first
        {
            Console.WriteLine($"{view.Time:HH:mm:ss} item {view.Item}, {view.DwellSeconds} s");
        }

        // The same as columns, for a model.
        using EventSequence<View> views = store.Query<View>().Last(100).Read(alice);
        ReadOnlySpan<float> dwell = views.Columns.Field<float>("dwell_seconds");
        ReadOnlySpan<Half> vectors = views.Columns.Vector<Half>("item_embedding");  // Count x 64, row after row
        // README ends
        Assert.That(vectors.Length, Is.EqualTo(64 * views.Count));
        return (views.Count, dwell[0]);
    }

    // README begins
    [Event("view", KeepLast = 500, MaxAgeDays = 90)]
    public readonly partial record struct View(UserId User, DateTimeOffset Time, ulong Id)
    {
        public long Item { get; init; }
        public float? DwellSeconds { get; init; }
        [Vector(64)] public ReadOnlyMemory<Half> ItemEmbedding { get; init; }
    }
    // README ends
}
