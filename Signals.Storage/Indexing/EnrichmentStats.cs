namespace Signals.Enrichment;

/// <summary>
/// What enrichment at indexing has done since the store was opened. An event counts once for each enricher that takes its type.
/// Immutable.
/// </summary>
/// <param name="Pending">Events that wait for their enrichment or are being enriched now.</param>
/// <param name="Enriched">Events whose enricher has run; it may have left outputs of some of them absent.</param>
/// <param name="Failed">
/// Events whose enricher failed at every attempt. Their outputs are absent until an offline job fills them.
/// </param>
/// <param name="Abandoned">Events that were left without their enrichment when the store was closed.</param>
/// <param name="Retries">Batches tried again.</param>
/// <param name="Timeouts">Batches whose enricher took too long.</param>
/// <param name="LastError">The message of the newest failure, or null.</param>
public sealed record EnrichmentStats(
    long Pending, long Enriched, long Failed, long Abandoned, long Retries, long Timeouts, string? LastError);
