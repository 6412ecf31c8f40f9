namespace Signals.Bench.Clusters;

/// <summary>What reads of a partition meet at a moment. Immutable.</summary>
/// <param name="IsOwnerless">The owner's process is gone; standbys answer.</param>
/// <param name="IsStale">Only replicas that have not caught up can answer.</param>
/// <param name="IsUnavailable">No replica is open.</param>
internal readonly record struct PartitionService(bool IsOwnerless, bool IsStale, bool IsUnavailable);
