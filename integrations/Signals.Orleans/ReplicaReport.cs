namespace Signals.Orleans;

/// <summary>One replica of a partition, as its machine sees it. Immutable.</summary>
[GenerateSerializer]
[Immutable]
[Alias("signals.replica")]
public sealed record ReplicaReport
{
    /// <summary>The name of the machine's silo.</summary>
    [Id(0)]
    public required string Silo { get; init; }

    /// <summary>The partition, from 0.</summary>
    [Id(1)]
    public required int Partition { get; init; }

    /// <summary>What it is for the partition, as far as the machine knows.</summary>
    [Id(2)]
    public required ReplicaRole Role { get; init; }

    /// <summary>What it does.</summary>
    [Id(3)]
    public required ReplicaState State { get; init; }

    /// <summary>Everything below this offset is applied.</summary>
    [Id(4)]
    public required long Position { get; init; }

    /// <summary>The records that it lacks, as <see cref="ClusterAnswer.LagRecords"/>.</summary>
    [Id(5)]
    public required long? LagRecords { get; init; }

    /// <summary>How late it is, as <see cref="ClusterAnswer.Lag"/>.</summary>
    [Id(6)]
    public required TimeSpan? Lag { get; init; }

    /// <summary>Why it failed, or the last trouble with the log; null without one.</summary>
    [Id(7)]
    public string? Error { get; init; }
}
