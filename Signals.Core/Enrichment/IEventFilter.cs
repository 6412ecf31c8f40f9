namespace Signals.Enrichment;

/// <summary>
/// Decides which events to keep. Its signature has no outputs. <see cref="IEnrichmentStep"/> says what it must promise.
/// </summary>
public interface IEventFilter : IEnrichmentStep
{
    /// <summary>Sets the flag of each event that must not be kept to false.</summary>
    /// <param name="batch">The events.</param>
    /// <param name="keep">One flag per row. All are true at first.</param>
    void Filter(EnrichmentBatch batch, Span<bool> keep);
}
