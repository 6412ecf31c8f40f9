namespace Signals.Core.Enrichment;

/// <summary>
/// Computes columns of events by asking something that has to be waited for: a service, a database. Whoever runs it owns the timeout and
/// the retries; the enricher only honours the token. See <see cref="IEnrichmentStep"/> for what it promises.
/// </summary>
public interface IRemoteEnricher : IEnrichmentStep
{
    /// <summary>As <see cref="IEnricher.Enrich"/>, for all rows in one request as far as possible.</summary>
    /// <param name="batch">
    /// Belongs to the call until its task ends. A task that goes on after the token was cancelled writes into a batch that nobody uses.
    /// </param>
    /// <param name="cancellationToken">Cancelled on timeout and when the store closes.</param>
    ValueTask EnrichAsync(EnrichmentBatch batch, CancellationToken cancellationToken);
}
