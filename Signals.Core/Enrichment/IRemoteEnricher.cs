namespace Signals.Enrichment;

/// <summary>
/// Computes columns of events by asking something that takes time to answer, such as a service or a database. The code that runs
/// the enricher is responsible for the timeout and the retries; the enricher only observes the cancellation token.
/// <see cref="IEnrichmentStep"/> says what it must promise.
/// </summary>
public interface IRemoteEnricher : IEnrichmentStep
{
    /// <summary>
    /// Fills the outputs as <see cref="IEnricher.Enrich"/> does. Ask for all rows in one request as far as possible.
    /// </summary>
    /// <param name="batch">
    /// Belongs to the call until its task ends. When a task goes on after the token was cancelled, it writes into a batch that is
    /// no longer used.
    /// </param>
    /// <param name="cancellationToken">Cancelled on timeout and when the store closes.</param>
    ValueTask EnrichAsync(EnrichmentBatch batch, CancellationToken cancellationToken);
}
