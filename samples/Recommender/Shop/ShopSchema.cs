using Signals.Definitions;
using Signals.Samples.Recommender.Model;

namespace Signals.Samples.Recommender.Shop;

/// <summary>The event types of the shop, and the sequence that the model ranks by.</summary>
internal static class ShopSchema
{
    public const string Feed = "home_feed";

    public static readonly string[] EventTypes = ["view", "cart", "purchase"];

    public static StoreSchema Store { get; } = StoreSchema.Define(s => Array.ForEach(EventTypes, type => s.EventType(type, t => t
        .Field<ulong>("item").Field<float>("dwell_seconds").Field<float>("late_seconds")
        .EnrichmentText("category").Enrichment<float>("price")
        .KeepLast(500))));

    public static SequenceDefinition HomeFeed { get; } = SequenceDefinition.Create(Feed).OwnedBy("shop")
        .From("view", v => v.Last(24).Within(TimeSpan.FromDays(14)).Where(Predicate.OnColumn("dwell_seconds").AtLeast(2.0)))
        .From("cart", c => c.Last(12).Within(TimeSpan.FromDays(30)))
        .From("purchase", p => p.Last(12).Within(TimeSpan.FromDays(90)))
        .Size(32)
        .Enrich("item_facts", PlacementChoice.Indexing)
        .Enrich("item_embedding", PlacementChoice.Serving)
        .Columns("item", "category")
        .Tensors(t => t
            .Padded(PaddingSide.Right)
            .Mask("mask", TensorType.Float32)
            .Output("item", TensorType.Int64, i => i.Column("item"))
            .Output("embedding", TensorType.Float32, e => e.Column("embedding"))
            .Output("numbers", TensorType.Float32, n => n
                .EventType()
                .Column("dwell_seconds", scaling: new Scaling { Factor = 1 / ModelShape.DwellUnit, Maximum = ModelShape.MostDwell })
                .Age(TimeUnit.Days, new Scaling { Minimum = 0, Maximum = ModelShape.MostAgeDays })))
        .Build();
}
