using Signals.Definitions;
using Signals.Enrichment;

namespace Signals.Bench.Serving;

/// <summary>
/// A store with a definition of three event types, two conditions, dedup, one stored and one serving-time enrichment, and 256
/// rows.
/// </summary>
internal static class ServingStore
{
    public const int Size = 256;
    public const string Definition = "feed";

    /// <summary>
    /// Room for every block, stored embeddings included (about 0.16 MB per user), so that warm reads are measured.
    /// </summary>
    private const long CacheBytes = 1L << 30;

    private static readonly string[] Types = ["view", "click", "purchase"];

    public static SignalStore Open(string path, int users, int perType, bool embeddingIsStored)
    {
        StoreSchema schema = StoreSchema.Define(s => Array.ForEach(Types, type => s.EventType(type, t =>
        {
            t.Field<uint>("item").Field<float>("dwell").Field<byte>("surface").Enrichment<int>("category");
            if (embeddingIsStored)
            {
                t.EnrichmentVector<Half>("embedding", BenchEmbedding.Dimensions);
            }
        })));
        SignalStore store = SignalStore.Open(path, schema, new StoreOptions { BlockCacheBytes = CacheBytes });
        Fill(store, users, perType, embeddingIsStored);
        store.Definitions.Register(Feed(), new EnrichmentCatalog(new BenchEmbedding(Types)));
        return store;
    }

    private static SequenceDefinition Feed() => SequenceDefinition.Create(Definition).OwnedBy("bench")
        .From("view", source => source.Last(200)).From("click", source => source.Last(100)).From("purchase", source => source.Last(100))
        .Where(Predicate.OnColumn("dwell").GreaterThan(2.0) & Predicate.OnColumn("surface").NotEqualTo(3))
        .DistinctBy("item").Size(Size).Enrich("embedding")
        .Columns("item", "dwell", "category", "embedding")
        .Tensors(tensors => tensors.Mask("mask", TensorType.Float32)
            .Output("embedding", TensorType.Float16, t => t.Column("embedding"))
            .Output("numbers", TensorType.Float32, t => t.Column("dwell").Column("category").Age(TimeUnit.Hours).EventType()))
        .Build();

    private static void Fill(SignalStore store, int users, int perType, bool embeddingIsStored)
    {
        Random random = new(1);
        long start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        Half[] vector = new Half[BenchEmbedding.Dimensions];
        ulong id = 0;
        foreach (string type in Types)
        {
            EventBatch batch = store.CreateBatch(type);
            for (int user = 0; user < users; user++)
            {
                for (int i = 0; i < perType; i++)
                {
                    EventRow row = batch.Add(UserId.From((ulong)user + 1), start + random.Next(1_000_000_000), id++)
                        .Set("item", (uint)random.Next(100_000)).Set("dwell", (float)(-20 * Math.Log(1 - random.NextDouble())))
                        .Set("surface", (byte)random.Next(8)).Set("category", random.Next(50));
                    if (embeddingIsStored)
                    {
                        vector.AsSpan().Fill((Half)(i % 100));
                        row.SetVector<Half>("embedding", vector);
                    }
                }

                store.Append(batch);
                batch.Clear();
            }
        }

        store.FlushAsync().GetAwaiter().GetResult();
        store.CompactAsync().GetAwaiter().GetResult();
    }
}
