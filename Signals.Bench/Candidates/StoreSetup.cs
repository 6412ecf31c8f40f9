using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>How a candidate is opened. Immutable.</summary>
/// <param name="Path">The folder, which is the store's own.</param>
/// <param name="Kind">The workload, which decides which columns there are and how batches are filled.</param>
/// <param name="Synced">
/// Whether an acknowledged batch must survive a power cut. Otherwise it must survive the end of the process.
/// </param>
/// <param name="CacheBytes">
/// The memory for blocks when the store has a cache of its own; null for the comparison's default.
/// </param>
/// <param name="SmallBlocks">Whether tables have small blocks.</param>
internal sealed record StoreSetup(
    string Path, WorkloadKind Kind, bool Synced = false, long? CacheBytes = null, bool SmallBlocks = false)
{
    /// <summary>Whether the item is a field. Otherwise it is the event's id.</summary>
    public bool HasItem => Kind == WorkloadKind.Dense;

    /// <summary>Whether each type has an enrichment of 64 bytes.</summary>
    public bool HasVectors => Kind != WorkloadKind.Dense;

    /// <summary>Whether the events of a batch keep their order of arrival, so that types are mixed in it.</summary>
    public bool MixesTypes => Kind != WorkloadKind.Dense;
}
