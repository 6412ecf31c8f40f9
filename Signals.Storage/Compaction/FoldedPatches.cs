using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>What a fold leaves of one patch run. Immutable.</summary>
/// <param name="Patches">Number of the run before.</param>
/// <param name="After">The run now: null when no row is left, the same number when none has left.</param>
/// <param name="Held">Its rows, all of which wait for their event.</param>
/// <param name="Dropped">Rows whose grace period is over.</param>
internal sealed record FoldedPatches(ulong Patches, TableMeta? After, OrphanCount Held, OrphanCount Dropped);
