using Signals.Enrichment;

namespace Signals.Samples.OfflineEnrichment;

/// <summary>The data of the story: what happened, and what is known of the items. The same at every run.</summary>
internal static class Shopping
{
    public const int Users = 200;

    private static readonly string[] Things = ["kettle", "lamp", "chair", "rug", "clock", "mug", "vase", "desk"];

    public static DateTimeOffset Yesterday { get; } = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// The schema of yesterday, or today's: with titles of what was viewed, with wishes, and with each user's best views.
    /// </summary>
    public static StoreSchema Schema(bool today) => StoreSchema.Define(s =>
    {
        s.EventType("view", t =>
        {
            t.Field<ulong>("item").Enrichment<float>("price").Window(TimeSpan.FromDays(1));
            if (today)
            {
                t.EnrichmentText("title");
            }
        });
        if (today)
        {
            s.EventType("wish", t => t.Field<ulong>("item").Enrichment<float>("price").Window(TimeSpan.FromDays(1)));
            s.EventType("best_view", t => t.Field<ulong>("item").Field<float>("price").Window(TimeSpan.FromDays(1)));
        }
    });

    public static IEnumerable<Click> Clicks(int seed, int count)
    {
        Random random = new(seed);
        return Enumerable.Range(0, count).Select(i => new Click(
            (ulong)random.Next(Users) + 1, Yesterday.AddSeconds(random.Next(86_400)),
            ((ulong)seed << 32) | (uint)i, (ulong)random.Next(64)));
    }

    /// <summary>Batches as a file's reader would make them: one, filled again and again.</summary>
    public static async IAsyncEnumerable<EventBatch> Batches(EventTypeSchema type, IEnumerable<Click> clicks)
    {
        EventBatch batch = new(type);
        foreach (Click[] part in clicks.Chunk(500))
        {
            batch.Clear();
            foreach (Click click in part)
            {
                batch.Add(UserId.From(click.User), click.Time, click.Id).Set("item", click.Item);
            }

            await Task.Yield();
            yield return batch;
        }
    }

    /// <summary>Writes what is known of the items. The first version has wrong prices.</summary>
    public static void WriteItems(string path, ulong version)
    {
        EntitySchema schema = EntitySchema.Define("items", t => t.Field<float>("price").Text("title"));
        using EntityTableWriter writer = EntityTableWriter.Create(path, schema, new EntityWriterOptions { Version = version });
        for (ulong item = 0; item < 64; item++)
        {
            float price = 5 + (item * 7 % 90);
            writer.Add(EntityKey.From(item)).Set("price", version == 1 ? -1 : price).Set("title", $"{Things[item % 8]} no. {item / 8}");
        }

        writer.Finish();
    }
}
