namespace Signals.Orleans.Partitions;

/// <summary>Brings the log of one partition into one store, from where the store left off.</summary>
/// <remarks>Thread contract: <see cref="RunAsync"/> once; the rest from any thread. Lifetime: ends before its store does.</remarks>
internal interface IPartitionFeed : IAsyncDisposable
{
    /// <summary>Every record below this offset is applied, and reads of the store show it.</summary>
    long Position { get; }

    /// <summary>
    /// Whether the log is known to be the one that the store has followed so far. Before that, and after the feed has failed,
    /// <see cref="Position"/> may be a position of another log, and proves nothing.
    /// </summary>
    bool HasBegun { get; }

    /// <summary>What is wrong at the moment, such as a broker that does not answer; null when nothing is.</summary>
    string? Trouble { get; }

    /// <summary>Follows the log until it is cancelled.</summary>
    /// <exception cref="SignalsException">The store and the log do not fit each other, or the store failed.</exception>
    Task RunAsync(CancellationToken cancellationToken);
}
