namespace Signals.Tests.Core.Schema;

/// <summary>Schemas that the tests of this folder share.</summary>
internal static class SchemaSamples
{
    public static StoreSchema Full() => StoreSchema.Define(s => s
        .EventType("view", t => t
            .Field<float>("dwell_seconds")
            .Field<int>("action")
            .Field<bool>("is_new")
            .Text("country")
            .Bytes("blob")
            .Vector<Half>("item_embedding", 64)
            .Enrichment<float>("price")
            .EnrichmentText("brand")
            .EnrichmentBytes("raw")
            .EnrichmentVector<sbyte>("e", 64)
            .KeepLast(500)
            .MaxAge(TimeSpan.FromDays(90))
            .Window(TimeSpan.FromDays(1)))
        .EventType("click", t => t.Field<ulong>("item")));

    public static EventTypeSchema One(Action<EventTypeBuilder> define) => StoreSchema.Define(s => s.EventType("only", define))["only"];

    public static EventTypeSchema WithColumns(int count) => One(t =>
    {
        for (int i = 0; i < count; i++)
        {
            t.Field<int>($"c{i}");
        }
    });
}
