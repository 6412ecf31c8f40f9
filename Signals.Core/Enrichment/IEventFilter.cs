namespace Signals.Core.Enrichment;

/// <summary>Says which events to keep. See <see cref="IEnrichmentStep"/> for what it promises; its signature has no outputs.</summary>
public interface IEventFilter : IEnrichmentStep
{
    /// <summary>Puts false where an event shall go.</summary>
    /// <param name="batch">The events.</param>
    /// <param name="keep">One flag per row, all true at first.</param>
    void Filter(EnrichmentBatch batch, Span<bool> keep);
}
