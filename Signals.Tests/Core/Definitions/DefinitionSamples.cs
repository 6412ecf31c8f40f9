using Signals.Definitions;

namespace Signals.Tests.Core.Definitions;

/// <summary>A schema and a definition that uses nearly everything, shared by the tests of this folder.</summary>
internal static class DefinitionSamples
{
    public static StoreSchema Schema() => StoreSchema.Define(s => s
        .EventType("view", t => t
            .Field<float>("dwell_seconds").Field<ulong>("item_id").Field<bool>("is_new").Text("country")
            .Enrichment<double>("price").EnrichmentText("brand").EnrichmentText("category").EnrichmentVector<Half>("item_embedding", 64)
            .KeepLast(1000).MaxAge(TimeSpan.FromDays(90)))
        .EventType("click", t => t.Field<ulong>("item_id").Text("country").Enrichment<double>("price"))
        .EventType("purchase", t => t
            .Field<ulong>("item_id").Field<int>("quantity").Text("country").Bytes("receipt").Enrichment<double>("price")));

    public static SequenceDefinition Small() => SequenceDefinition.Create("small")
        .OwnedBy("ranking").From("view", v => v.Last(10)).Size(10).Build();

    public static SequenceDefinition Full()
    {
        Parameter views = Parameter.Integer("views", 200, 0, 500);
        Parameter dwell = Parameter.Number("min_dwell", 2.5, 0, 60);
        Parameter lookback = Parameter.Duration("lookback", TimeSpan.FromDays(30), TimeSpan.FromDays(1), TimeSpan.FromDays(90));
        Parameter country = Parameter.Text("country", "DE", "DE", "FR", "Côte d'Ivoire");
        Parameter fresh = Parameter.Boolean("fresh", true);
        return SequenceDefinition.Create("home_feed", version: 3)
            .OwnedBy("ranking", LifecycleStage.Production)
            .Describe("What the home feed's ranking model sees.")
            .Parameters(views, dwell, lookback, country, fresh)
            .From("view", v => v.Last(views).Within(lookback).Where(Predicate.OnColumn("dwell_seconds").AtLeast(dwell)))
            .From("click", c => c.Last(100))
            .From("purchase", p => p.Last(50).Within(TimeSpan.FromMilliseconds(86_400_001)).Where(
                Predicate.OnColumn("quantity").Between(1, 20) & !Predicate.OnColumn("receipt").IsNull()))
            .Where(Predicate.Any(
                Predicate.OnColumn("country").EqualTo(country),
                Predicate.OnColumn("country").In("AT", "CH", "\u0000\"<é😀"),
                Predicate.OnColumn("price").GreaterThan(5.0) & Predicate.OnColumn("price").LessThan(1e300)
                    & Predicate.OnColumn("price").NotEqualTo(-0.0),
                Predicate.OnColumn("item_id").In(1, ulong.MaxValue, long.MinValue, long.MaxValue),
                Predicate.OnColumn("is_new").EqualTo(fresh),
                Predicate.OnColumn("receipt").EqualTo(Literal.FromBytes([0, 255, 7])),
                Predicate.OnColumn("item_embedding").HasValue()
                    & Predicate.OnColumn("brand").IsAbsent() & Predicate.OnColumn("quantity").AtMost(3),
                Predicate.Filter("not_a_bot")))
            .DistinctBy("item_id")
            .Quota(["purchase"], minimum: 20)
            .Share(["view", "click"], maximum: 90)
            .StreakLimit(["view"], 12)
            .Enrich("item_price", PlacementChoice.Serving, TimeSpan.FromMilliseconds(5))
            .Enrich("item_embedding")
            .OldestFirst()
            .Size(256)
            .Deadline(TimeSpan.FromMilliseconds(20))
            .Columns("item_id", "country")
            .Column("price", name: "price_eur", defaultValue: 0.0)
            .Tensors(t => t
                .Padded(PaddingSide.Left)
                .Mask("mask", TensorType.Float32)
                .Output("events", TensorType.Float32, f => f
                    .Column("dwell_seconds", scaling: new Scaling { Factor = 0.1, Offset = -1, Minimum = -1, Maximum = 5 })
                    .Column("price", defaultValue: 9.5)
                    .Column("is_new", defaultValue: true)
                    .OneHot("country", ["DE", "FR"], other: true)
                    .MultiHot(["brand", "category"], ["acme", "toys"])
                    .Age(TimeUnit.Hours, new Scaling { Maximum = 720 })
                    .Gap(TimeUnit.Minutes)
                    .EventType()
                    .Presence("price")
                    .Position())
                .Output("embedding", TensorType.Float16, f => f.Column("item_embedding"))
                .Output("country_index", TensorType.Int64, f => f.Index("country", ["DE", "FR"]))
                .Output("time", TensorType.Int64, f => f.Time().EventType(CategoryEncoding.Index)))
            .Build();
    }

    /// <summary>The paths of the errors that an action reports.</summary>
    public static string[] Paths(Action action) => [.. Assert.Throws<DefinitionException>(action)!.Errors.Select(error => error.Path)];
}
