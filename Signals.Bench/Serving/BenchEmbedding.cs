using Signals.Enrichment;

namespace Signals.Bench.Serving;

/// <summary>An enrichment at serving: the 64 halves of an item, from a table in memory. Any thread.</summary>
internal sealed class BenchEmbedding : IEnricher
{
    public const int Dimensions = 64;
    private const int Items = 100_000;

    private readonly Half[] _table = [.. Enumerable.Range(0, Items * Dimensions).Select(i => (Half)(i % 1021))];
    private readonly Input<uint> _item;
    private readonly Output<Half> _embedding;

    public BenchEmbedding(string[] types) => Signature = EnrichmentSignature.Named("embedding", version: 1).On(types)
        .Input("item", out _item).OutputVector("embedding", Dimensions, out _embedding).Build();

    public EnrichmentSignature Signature { get; }

    public void Enrich(EnrichmentBatch batch)
    {
        ColumnView<uint> items = batch.Read(_item);
        ColumnWriter<Half> embeddings = batch.Write(_embedding);
        for (int row = 0; row < batch.Count; row++)
        {
            embeddings.Set(row, _table.AsSpan((int)(items[row] % Items) * Dimensions, Dimensions));
        }
    }
}
