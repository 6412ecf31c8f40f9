using Signals.Enrichment;

namespace Signals.Tests.Core.Definitions;

/// <summary>Enrichers and a filter that definitions of these tests name; they do nothing.</summary>
internal static class NamedSteps
{
    public static EnrichmentCatalog Catalog() => new(
        new Step(
            EnrichmentSignature.Named("item_price", 1).On("view", "click", "purchase")
                .Input<ulong>("item_id", out _).Output<double>("price", out _).Build()),
        new Step(
            EnrichmentSignature.Named("item_embedding", 1).On("view").Input<ulong>("item_id", out _)
                .OutputVector<Half>("item_embedding", 64, out _).Build()),
        new Step(EnrichmentSignature.Named("topic", 1).On("click").Input<ulong>("item_id", out _).OutputText("topic", out _).Build()),
        new Step(
            EnrichmentSignature.Named("topic_of_views", 1).On("view").Input<ulong>("item_id", out _).Output<int>("topic", out _).Build()),
        new Step(
            EnrichmentSignature.Named("price_again", 1).On("click").Input<ulong>("item_id", out _).Output<double>("price", out _).Build()),
        new Step(
            EnrichmentSignature.Named("overwrites", 1).On("click").Input<ulong>("item_id", out _).OutputText("country", out _).Build()),
        new Step(EnrichmentSignature.Named("elsewhere", 1).On("search").Input<ulong>("item_id", out _).Output<int>("x", out _).Build()),
        new Filter(EnrichmentSignature.Named("not_a_bot", 1).On("view").Input<ulong>("item_id", out _).Build()));

    private sealed class Step(EnrichmentSignature signature) : IEnricher
    {
        public EnrichmentSignature Signature { get; } = signature;

        public void Enrich(EnrichmentBatch batch)
        {
        }
    }

    private sealed class Filter(EnrichmentSignature signature) : IEventFilter
    {
        public EnrichmentSignature Signature { get; } = signature;

        void IEventFilter.Filter(EnrichmentBatch batch, Span<bool> keep)
        {
        }
    }
}
