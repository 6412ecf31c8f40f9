using Signals.Definitions;
using Signals.Enrichment;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>A feed: three event types, a stored and a serving-time enrichment, a definition with two conditions and dedup.</summary>
internal static class FeedSample
{
    public const int Size = 256;
    public static readonly string[] Types = ["view", "click", "purchase"];

    public static StoreSchema Schema { get; } = StoreSchema.Define(schema => Array.ForEach(Types, type => schema.EventType(type, t => t
        .Field<ulong>("item").Field<float>("dwell").Field<int>("surface").Text("note").Enrichment<int>("category"))));

    /// <summary>
    /// Dwell over 1, surface not 3, latest per item; dwell, category, age and type as one tensor, the embedding as another.
    /// </summary>
    public static SequenceDefinition Definition(int count = 200) => SequenceDefinition.Create("home_feed").OwnedBy("tests")
        .From("view", source => source.Last(count)).From("click", source => source.Last(count))
        .From("purchase", source => source.Last(count))
        .Where(Predicate.OnColumn("dwell").GreaterThan(1.0) & Predicate.OnColumn("surface").NotEqualTo(3))
        .DistinctBy("item").Size(Size).Enrich("embedding", PlacementChoice.Serving)
        .Columns("item", "dwell", "category", "embedding")
        .Tensors(tensors => tensors.Mask("mask", TensorType.Float32)
            .Output("embedding", TensorType.Float16, t => t.Column("embedding"))
            .Output("numbers", TensorType.Float32, t => t.Column("dwell").Column("category").Age(TimeUnit.Hours).EventType())
            .Output("items", TensorType.Int64, t => t.Column("item")))
        .Build();

    public static SignalStore Open(TimeProvider time, VersionRetention? kept = null)
    {
        SignalStore store = TestStores.Open(
            new SimFileSystem(), Schema, time, TestStores.Tiny with
            {
                MemTableBytes = 4 << 20,
                RingBytes = 1 << 20,
                MaxBatchBytes = 256 << 10,
                BlockCacheBytes = 64 << 20,
                Retention = kept,
            });
        store.Definitions.Register(Definition(), new EnrichmentCatalog(new ItemEmbedding()));
        return store;
    }

    /// <summary>
    /// Per user and type so many events, a second apart, the newest at <see cref="TestStores.Start"/>; half of them in tables.
    /// </summary>
    public static void Fill(SignalStore store, int users, int perType)
    {
        for (int half = 0; half < 2; half++)
        {
            for (int user = 1; user <= users; user++)
            {
                foreach (string type in Types)
                {
                    FillOne(store, UserId.From((ulong)user), type, half, perType);
                }
            }

            if (half == 0)
            {
                store.FlushAsync().GetAwaiter().GetResult();
            }
        }
    }

    private static void FillOne(SignalStore store, UserId user, string type, int half, int perType)
    {
        EventBatch batch = store.CreateBatch(type);
        for (int i = half == 0 ? perType / 2 : 0; i < (half == 0 ? perType : perType / 2); i++)
        {
            EventRow row = batch.Add(user, TestStores.Start - (i * 1000L), (ulong)i)
                .Set("item", (ulong)(i * 7 % 4999)).Set("dwell", i % 9 / 2f).Set("surface", i % 11);
            if (i % 3 != 0)
            {
                row.Set("category", i % 50);
            }
        }

        store.Append(batch);
        store.Engine.RunPending();
    }
}
