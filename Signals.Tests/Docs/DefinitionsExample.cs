using Signals.Definitions;

namespace Signals.Tests.Docs;

/// <summary>
/// The examples of <c>docs/definitions.md</c>, compiled and run; <see cref="DefinitionsGuideTests"/> holds the two together.
/// </summary>
internal static class DefinitionsExample
{
    public static StoreSchema Schema() => StoreSchema.Define(s => s
        .EventType("view", t => t.Field<ulong>("item_id").Field<float>("dwell_seconds").Text("country").Enrichment<double>("price")
            .EnrichmentVector<Half>("item_embedding", 64).KeepLast(1000))
        .EventType("purchase", t => t.Field<ulong>("item_id").Text("country").Enrichment<double>("price").KeepLast(200)));

    public static SequenceDefinition HomeFeed()
    {
        // definition begins
        Parameter views = Parameter.Integer("views", 200, minimum: 0, maximum: 500);
        Parameter minDwell = Parameter.Number("min_dwell", 2, minimum: 0, maximum: 60);

        SequenceDefinition homeFeed = SequenceDefinition.Create("home_feed", version: 3)
            .OwnedBy("ranking", LifecycleStage.Production)
            .Parameters(views, minDwell)
            .From("view", v => v
                .Last(views)
                .Within(TimeSpan.FromDays(30))
                .Where(Predicate.OnColumn("dwell_seconds").AtLeast(minDwell)))
            .From("purchase", p => p.Last(50))
            .Where(Predicate.OnColumn("country").In("DE", "FR") | Predicate.OnColumn("country").IsAbsent())
            .DistinctBy("item_id")
            .Quota(["purchase"], minimum: 20)
            .Size(128)
            .Deadline(TimeSpan.FromMilliseconds(20))
            .Columns("item_id")
            .Column("price", defaultValue: 0.0)
            .Tensors(t => t
                .Padded(PaddingSide.Left)
                .Mask("mask", TensorType.Float32)
                .Output("events", TensorType.Float32, f => f
                    .Column("dwell_seconds", scaling: new Scaling { Factor = 0.1, Maximum = 6 })
                    .Column("price")
                    .OneHot("country", ["DE", "FR"], other: true)
                    .EventType()
                    .Age(TimeUnit.Hours))
                .Output("embeddings", TensorType.Float16, f => f.Column("item_embedding")))
            .Build();
        // definition ends
        return homeFeed;
    }
}
