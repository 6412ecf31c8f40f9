namespace Signals.Dashboard.Sampling;

/// <summary>
/// The last errors of a store, each with the time at which a sample first saw it. The same error again counts up. An error that
/// came and went between two samples is missed; its count in the statistics is not.
/// </summary>
/// <remarks>Thread contract: the sampling thread adds, any thread asks.</remarks>
internal sealed class StoreErrors
{
    private const int MostKept = 50;

    private readonly Lock _lock = new();
    private readonly LinkedList<SeenError> _errors = new(); // Newest first. Guarded by _lock.
    private readonly Dictionary<string, long> _counts = []; // What each source had counted. Used by the sampling thread alone.

    public IReadOnlyList<SeenError> Newest
    {
        get
        {
            lock (_lock)
            {
                return [.. _errors];
            }
        }
    }

    /// <summary>Looks at one source of errors.</summary>
    /// <param name="source">What failed.</param>
    /// <param name="message">The error now; null for none.</param>
    /// <param name="count">How many errors the source has counted. It is a new error when this has grown or the message is new.</param>
    /// <param name="now">The time of the sample.</param>
    public void See(string source, string? message, long count, DateTimeOffset now)
    {
        long before = _counts.GetValueOrDefault(source);
        _counts[source] = count;
        if (message is null)
        {
            return;
        }

        lock (_lock)
        {
            LinkedListNode<SeenError>? same = _errors.First;
            while (same is not null && (same.Value.Source != source || same.Value.Message != message))
            {
                same = same.Next;
            }

            if (same is null)
            {
                _errors.AddFirst(new SeenError(source, message, now, now, Math.Max(1, count - before)));
            }
            else if (count > before)
            {
                _errors.Remove(same);
                _errors.AddFirst(same.Value with { LastAt = now, Count = same.Value.Count + count - before });
            }

            if (_errors.Count > MostKept)
            {
                _errors.RemoveLast();
            }
        }
    }
}
