namespace Signals.Orleans;

/// <summary>What one read of a cluster asks for in addition. Immutable; <c>default</c> asks for nothing more.</summary>
public readonly record struct ClusterReadOptions
{
    /// <summary>
    /// How long the replica may take to make the sequence, instead of the definition's deadline. Reads by query have no deadline.
    /// </summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Reads what is known now about the time up to this moment, as <see cref="Serving.ReadOptions.AsOf"/>.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>
    /// The answer must hold everything below this position. A replica that is not there yet waits for it, up to
    /// <see cref="SignalsClusterOptions.ReplicaTimeout"/>. Give it what
    /// <see cref="IClusterStore.AppendAsync(SingleEvent, CancellationToken)"/> returned, to read your own writes.
    /// </summary>
    public LogPosition? AtLeast { get; init; }

    /// <summary>
    /// The largest lag of an answer. A replica that is later, or does not know how late it is, is passed over. Null takes any
    /// answer; look at its <see cref="ClusterAnswer.Lag"/>.
    /// </summary>
    public TimeSpan? MaxLag { get; init; }
}
