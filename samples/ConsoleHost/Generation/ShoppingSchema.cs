using Signals.Samples.ConsoleHost.Events;

namespace Signals.Samples.ConsoleHost.Generation;

/// <summary>What the generated shop records: views, clicks and purchases.</summary>
internal static class ShoppingSchema
{
    /// <summary>Elements of a purchased item's embedding.</summary>
    public const int EmbeddingSize = 8;

    /// <summary>Newest views kept per user unless the options say otherwise; the busiest users have more.</summary>
    public const int ViewsKept = 1000;

    /// <summary>The schema. A retention without a last-N leaves views at <see cref="ViewsKept"/>.</summary>
    public static StoreSchema Build(Retention retention) => StoreSchema.Define(schema => schema
        .EventType("view", t => retention.ApplyTo(t
            .Field<int>("item")
            .Field<byte>("surface")
            .Field<float>("dwell_seconds")
            .Text("country")
            .KeepLast(ViewsKept)))
        .EventType("click", t => retention.ApplyTo(t
            .Field<int>("item")
            .Field<byte>("surface")
            .Field<sbyte>("action")))
        .EventType("purchase", t => retention.ApplyTo(t
            .Field<int>("item")
            .Field<double>("price")
            .Field<ushort>("quantity")
            .Text("country")
            .Vector<Half>("item_embedding", EmbeddingSize))));
}
