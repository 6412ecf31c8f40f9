using Signals.Enrichment;

namespace Signals.Storage.Indexing;

/// <summary>Counts what enrichment at indexing does. Thread contract: any thread.</summary>
internal sealed class EnrichmentCounters
{
    private long _enriched;
    private long _failed;
    private long _abandoned;
    private long _retries;
    private long _timeouts;
    private string? _lastError;

    public void CountEnriched(int events) => Interlocked.Add(ref _enriched, events);

    public void CountFailed(int events, Exception error)
    {
        Interlocked.Add(ref _failed, events);
        Volatile.Write(ref _lastError, error.Message);
    }

    public void CountAbandoned(int events, Exception? error = null)
    {
        Interlocked.Add(ref _abandoned, events);
        if (error is not null)
        {
            Volatile.Write(ref _lastError, error.Message);
        }
    }

    public void CountRetry() => Interlocked.Increment(ref _retries);

    public void CountTimeout() => Interlocked.Increment(ref _timeouts);

    public EnrichmentStats Read(long pending) => new(
        pending,
        Volatile.Read(ref _enriched),
        Volatile.Read(ref _failed),
        Volatile.Read(ref _abandoned),
        Volatile.Read(ref _retries),
        Volatile.Read(ref _timeouts),
        Volatile.Read(ref _lastError));
}
