using Signals.Enrichment;
using Signals.Samples.Recommender.Model;
using Signals.Samples.Recommender.Shop;
using Signals.Samples.Recommender.Simulation;

namespace Signals.Samples.Recommender.Web;

/// <summary>Everything that the pages show: a trained model, the items' table, a store with a past, the served definition.</summary>
/// <remarks>Lifetime: that of the process; the files are in a folder that the caller gives and deletes.</remarks>
internal sealed class Sample : IAsyncDisposable
{
    private readonly EntityTable _table;

    private Sample(string folder, ModelWeights weights, ModelReport report)
    {
        (Weights, Report) = (weights, report);
        string items = Path.Combine(folder, "items.entities");
        ItemTable.Write(items, weights);
        _table = EntityTable.Open(items);
        Embeddings = ItemTable.ReadEmbeddings(_table);
        EntityJoin facts = ItemTable.Facts(_table);
        Store = SignalStore.Open(Path.Combine(folder, "store"), ShopSchema.Store, new StoreOptions
        {
            Enrichment = new EnrichmentOptions { Enrichers = [facts] },
        });
        Catalog = new EnrichmentCatalog(facts, ItemTable.Embeddings(_table));
        Store.Definitions.Register(ShopSchema.HomeFeed, Catalog);
        Ranker = new Ranker(Store, OnnxExport.Write(weights), Embeddings);
        Traffic = new Traffic(Store, TimeProvider.System);
    }

    public ModelWeights Weights { get; }

    public ModelReport Report { get; }

    public float[] Embeddings { get; }

    public SignalStore Store { get; }

    public EnrichmentCatalog Catalog { get; }

    public Ranker Ranker { get; }

    public Traffic Traffic { get; }

    public static async Task<Sample> StartAsync(string folder)
    {
        (ModelWeights weights, ModelReport report) = ModelBuilder.Build(seed: 7);
        Sample sample = new(folder, weights, report);
        await sample.Traffic.SendPastAsync();
        return sample;
    }

    public async ValueTask DisposeAsync()
    {
        Ranker.Dispose();
        await Store.DisposeAsync();
        _table.Dispose();
    }
}
