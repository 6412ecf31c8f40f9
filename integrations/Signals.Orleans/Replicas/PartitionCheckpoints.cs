using Signals.Checkpoints;

namespace Signals.Orleans.Replicas;

/// <summary>Where the checkpoints of partitions are, and how they are kept. Immutable; any thread.</summary>
internal sealed class PartitionCheckpoints(
    Func<int, CheckpointTarget> target, CheckpointScheduleOptions? schedule, CheckpointOptions? options)
{
    /// <summary>
    /// Puts the newest checkpoint into the folder, unless the folder has as much or is kept. No store may have it open.
    /// </summary>
    public Task<ActivationResult> RestoreAsync(
        int partition, string folder, StoreOptions storeOptions, KeepLocal keepLocal, CancellationToken cancellationToken) =>
        new CheckpointRestorer(target(partition), options)
            .RestoreIfNewerAsync(folder, storeOptions, progress: null, keepLocal, cancellationToken);

    /// <summary>The newest checkpoint; null when there is none.</summary>
    public Task<StoredCheckpoint?> FindCurrentAsync(int partition, CancellationToken cancellationToken) =>
        new CheckpointRestorer(target(partition), options).FindCurrentAsync(cancellationToken);

    /// <summary>A schedule that sends checkpoints of the store once it is run. The caller disposes it.</summary>
    public CheckpointSchedule ScheduleFor(int partition, SignalStore store) => new(store, target(partition), schedule, options);
}
