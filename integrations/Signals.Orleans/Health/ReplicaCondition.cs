using Signals.Checkpoints;
using Signals.Orleans.Replicas;

namespace Signals.Orleans.Health;

/// <summary>What a health check knows of one replica of its machine, at one moment. Immutable.</summary>
internal sealed record ReplicaCondition
{
    public required ReplicaReport Report { get; init; }

    /// <summary>Why it failed last; null once it has caught up since.</summary>
    public Exception? Error { get; init; }

    /// <summary>Why no checkpoint could take the place of its folder; null when nothing kept one from it.</summary>
    public Exception? RestoreError { get; init; }

    /// <summary>The first error of its store, after which the store refuses writes.</summary>
    public Exception? StoreError { get; init; }

    /// <summary>Why work on its store's tables fails and is tried again.</summary>
    public Exception? WorkError { get; init; }

    /// <summary>The damage that a read or a verification met last.</summary>
    public Exception? Damage { get; init; }

    /// <summary>How its checkpoints fare; null when none are sent from here.</summary>
    public CheckpointHealth? Checkpoints { get; init; }

    public static ReplicaCondition Of(PartitionReplica replica)
    {
        OpenReplica? open = replica.Current;
        return new ReplicaCondition
        {
            Report = replica.Report(),
            Error = replica.Error,
            RestoreError = replica.RestoreError,
            StoreError = open?.Store.FirstError,
            WorkError = open?.Store.WorkError,
            Damage = open?.Damage,
            Checkpoints = replica.Checkpoints,
        };
    }
}
