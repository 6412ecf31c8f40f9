using Signals.Enrichment;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>A remote enricher whose service answers only when the test says so. Threads: any.</summary>
internal sealed class LateEnricher(Task answers) : IRemoteEnricher
{
    private Output<Half> _embedding;

    public EnrichmentSignature Signature => field ??= EnrichmentSignature.Named("embedding", version: 1).On(FeedSample.Types)
        .OutputVector("embedding", ItemEmbedding.Dimensions, out _embedding).Build();

    public async ValueTask EnrichAsync(EnrichmentBatch batch, CancellationToken cancellationToken)
    {
        await answers.ConfigureAwait(false);
        Fill(batch);
    }

    private void Fill(EnrichmentBatch batch)
    {
        ColumnWriter<Half> writer = batch.Write(_embedding);
        for (int row = 0; row < batch.Count; row++)
        {
            writer.Fill(row).Fill(Half.One);
        }
    }
}
