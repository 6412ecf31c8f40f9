namespace Signals.Orleans;

/// <summary>
/// Where an answer comes from and how late it may be. It is part of every answer, and what it claims is proven, not assumed.
/// Immutable.
/// </summary>
/// <remarks>
/// A replica asks the log for its end now and then. When it has applied everything up to that end, then its answers hold every
/// event that was acknowledged before it asked. <see cref="Lag"/> is the time since then.
/// </remarks>
public readonly record struct ClusterAnswer
{
    /// <summary>The partition of the user, from 0.</summary>
    public required int Partition { get; init; }

    /// <summary>The answer holds every record of the partition below this offset.</summary>
    public required long Position { get; init; }

    /// <summary>What the replica was for the partition.</summary>
    public required ReplicaRole Role { get; init; }

    /// <summary>
    /// The number of records of the log that the answer lacks, as far as the replica knew; null when it has not learnt the end of
    /// the log.
    /// </summary>
    public required long? LagRecords { get; init; }

    /// <summary>
    /// The answer holds every event that was acknowledged longer ago than this, counted to the time when the caller received it.
    /// Null when nothing is known, because the replica has not caught up since it was opened.
    /// </summary>
    public required TimeSpan? Lag { get; init; }

    /// <summary>Whether <see cref="Lag"/> is known and at most <see cref="SignalsClusterOptions.CompleteWithin"/>.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Whether the replica was in the process of the caller.</summary>
    public required bool IsLocal { get; init; }

    /// <summary>The same answer after it was under way for some time: its claim has become older.</summary>
    internal ClusterAnswer After(TimeSpan elapsed, TimeSpan completeWithin)
    {
        TimeSpan? lag = Lag is TimeSpan then ? then + elapsed : null;
        return this with { Lag = lag, IsComplete = lag <= completeWithin };
    }
}
