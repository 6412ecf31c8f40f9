using Signals.Enrichment;
using Signals.Samples.Recommender.Model;

namespace Signals.Samples.Recommender.Shop;

/// <summary>What is known of the items as an entity table: category and price, and the vectors that training gave them.</summary>
internal static class ItemTable
{
    public static void Write(string path, ModelWeights weights)
    {
        EntitySchema schema = EntitySchema.Define("items", t => t
            .Text("category").Field<float>("price").Vector<Half>("embedding", ModelShape.Dimensions));
        using EntityTableWriter writer = EntityTableWriter.Create(path, schema);
        Span<Half> vector = stackalloc Half[ModelShape.Dimensions];
        foreach (Item item in Catalogue.Items)
        {
            for (int d = 0; d < vector.Length; d++)
            {
                vector[d] = (Half)weights.Items[(item.Index * ModelShape.Dimensions) + d];
            }

            writer.Add(EntityKey.From(item.Id)).Set("category", item.Category)
                .Set("price", item.Price).SetVector<Half>("embedding", vector);
        }

        writer.Finish();
    }

    /// <summary>The vectors of all items, item after item, as the table holds them.</summary>
    public static float[] ReadEmbeddings(EntityTable table)
    {
        EntityLookup lookup = table.CreateLookup("embedding");
        lookup.Find([.. Catalogue.Items.Select(item => EntityKey.From(item.Id))]);
        return [.. Enumerable.Range(0, lookup.Count).SelectMany(
            row => lookup.Read<Half>(0).Row(row).ToArray().Select(value => (float)value))];
    }

    /// <summary>Stored with each event as it is indexed.</summary>
    public static EntityJoin Facts(EntityTable table) => new(table, new EntityJoinOptions
    {
        Name = "item_facts",
        EventTypes = ShopSchema.EventTypes,
        Key = "item",
        Columns = [("category", "category"), ("price", "price")],
    });

    /// <summary>Joined when a sequence is read, because vectors change with every training.</summary>
    public static EntityJoin Embeddings(EntityTable table) => new(table, new EntityJoinOptions
    {
        Name = "item_embedding",
        EventTypes = ShopSchema.EventTypes,
        Key = "item",
        Columns = [("embedding", "embedding")],
    });
}
