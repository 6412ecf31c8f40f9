namespace Signals.Tests.Core.Enrichment;

/// <summary>A schema with room for the steps of these tests, and events of it.</summary>
internal static class EnrichmentSamples
{
    public static StoreSchema Schema { get; } = StoreSchema.Define(s => s
        .EventType("purchase", t => t
            .Field<ulong>("item")
            .Vector<float>("weights", 3)
            .Text("title")
            .Enrichment<float>("price")
            .Enrichment<bool>("is_odd")
            .EnrichmentVector<Half>("vector", 2)
            .EnrichmentText("label"))
        .EventType("other", t => t.Field<int>("item").Field<float>("price")));

    /// <summary>
    /// Items 0, 1, 2, ... of users 1, 2, 3, ...; every fifth title is null, every other fifth absent, the sixth item too.
    /// </summary>
    public static EventBatch Purchases(int count)
    {
        EventBatch batch = new(Schema["purchase"], count);
        Fill(batch, count);
        return batch;
    }

    public static void Fill(EventBatch batch, int count)
    {
        batch.Clear();
        for (int i = 0; i < count; i++)
        {
            EventRow row = batch.Add(UserId.From((ulong)i + 1), 1_000 + i, (ulong)i);
            if (i != 6)
            {
                row.Set("item", (ulong)i);
            }

            row.SetVector<float>("weights", [i, 1, 2]);
            if (i % 5 == 0)
            {
                row.SetNull("title");
            }
            else if (i % 5 != 1)
            {
                row.Set("title", "title");
            }
        }
    }
}
