using Signals.Enrichment;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>Looks an item's 64 halves up in a table. Threads: any.</summary>
internal sealed class ItemEmbedding : IEnricher
{
    public const int Dimensions = 64;
    private const int Items = 5000;

    private readonly Half[] _table = [.. Enumerable.Range(0, Items * Dimensions).Select(i => (Half)(i % 1021))];
    private readonly Input<ulong> _item;
    private readonly Output<Half> _embedding;

    public ItemEmbedding() => Signature = EnrichmentSignature.Named("embedding", version: 1).On(FeedSample.Types)
        .Input("item", out _item).OutputVector("embedding", Dimensions, out _embedding).Build();

    public EnrichmentSignature Signature { get; }

    /// <summary>Called before each batch.</summary>
    public Action? OnEnrich { get; init; }

    public static Half Component(ulong item, int index) => (Half)(((int)item * Dimensions + index) % 1021);

    public void Enrich(EnrichmentBatch batch)
    {
        OnEnrich?.Invoke();
        ColumnView<ulong> items = batch.Read(_item);
        ColumnWriter<Half> embeddings = batch.Write(_embedding);
        for (int row = 0; row < batch.Count; row++)
        {
            if (items.Has(row))
            {
                embeddings.Set(row, _table.AsSpan((int)items[row] * Dimensions, Dimensions));
            }
        }
    }
}
