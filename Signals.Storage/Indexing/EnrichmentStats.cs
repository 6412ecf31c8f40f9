namespace Signals.Storage.Indexing;

/// <summary>What enrichment at indexing has done since the store was opened. Events count once per enricher that takes their type.</summary>
/// <param name="Pending">Events that wait for their enrichment or are in it, now.</param>
/// <param name="Enriched">Events whose enricher has run; it may have left some of them absent.</param>
/// <param name="Failed">Events whose enricher failed at every try: their outputs are absent until an offline job fills them.</param>
/// <param name="Abandoned">Events that closing the store left without their enrichment.</param>
/// <param name="Retries">Batches tried again.</param>
/// <param name="Timeouts">Batches whose enricher took too long.</param>
/// <param name="LastError">The newest failure's message, or null.</param>
public sealed record EnrichmentStats(
    long Pending, long Enriched, long Failed, long Abandoned, long Retries, long Timeouts, string? LastError);
