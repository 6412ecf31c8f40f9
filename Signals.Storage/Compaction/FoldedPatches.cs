using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>What a fold leaves of one patch run. Immutable.</summary>
/// <param name="Patches">Number of the run before the fold.</param>
/// <param name="After">The run after the fold: null when no row is left, the same number when no row is gone.</param>
/// <param name="Held">The remaining rows, all of which wait for their event.</param>
/// <param name="Dropped">The rows that were dropped because their grace period is over.</param>
internal sealed record FoldedPatches(ulong Patches, TableMeta? After, OrphanCount Held, OrphanCount Dropped);
