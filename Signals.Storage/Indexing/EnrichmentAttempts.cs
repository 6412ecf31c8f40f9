using Signals.Enrichment;

namespace Signals.Storage.Indexing;

/// <summary>Runs one enricher over batches of one type with a timeout and retries.</summary>
/// <remarks>
/// Thread contract: one worker. An enricher that ignores its cancellation token is left behind, together with its run and its
/// events. Neither is ever used again.
/// </remarks>
internal sealed class EnrichmentAttempts(
    IEnrichmentStep step, EventTypeSchema eventType, EnrichmentOptions options, TimeProvider time, EnrichmentCounters counters)
{
    private StepRunner _runner = new(step, eventType, StepPhase.Indexing);

    /// <summary>Whether an enricher that was left behind may still read the events of the last call.</summary>
    public bool LeftBehind { get; private set; }

    /// <summary>Runs the enricher.</summary>
    /// <returns>The events with their outputs, or null when every attempt failed.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled: the store is closing.</exception>
    public async ValueTask<EnrichmentBatch?> RunAsync(EventBatch events, CancellationToken closing)
    {
        LeftBehind = false;
        TimeSpan wait = options.Backoff;
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                EnrichmentBatch result = await TryAsync(events, closing).ConfigureAwait(false);
                counters.CountEnriched(events.Count);
                return result;
            }
            catch (Exception error) when (!closing.IsCancellationRequested)
            {
                if (error is TimeoutException)
                {
                    counters.CountTimeout();
                }

                if (attempt == options.Retries)
                {
                    counters.CountFailed(events.Count, error);
                    return null;
                }
            }

            counters.CountRetry();
            await Task.Delay(wait, time, closing).ConfigureAwait(false);
            wait *= 2;
        }
    }

    private async ValueTask<EnrichmentBatch> TryAsync(EventBatch events, CancellationToken closing)
    {
        StepRunner runner = _runner;
        if (step is not IRemoteEnricher)
        {
            return runner.Enrich(events);
        }

        using CancellationTokenSource timeout = new(options.Timeout, time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, closing);
        Task<EnrichmentBatch> asked = runner.EnrichAsync(events, both.Token).AsTask();
        try
        {
            return await asked.WaitAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (both.IsCancellationRequested)
        {
            if (!asked.IsCompleted)
            {
                LeftBehind = true;
                _runner = new StepRunner(step, eventType, StepPhase.Indexing);
                _ = asked.ContinueWith(
                    static late => late.Exception, CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }

            closing.ThrowIfCancellationRequested();
            throw new TimeoutException($"{step.Signature} took longer than {options.Timeout} for {events.Count} events.", error);
        }
    }
}
