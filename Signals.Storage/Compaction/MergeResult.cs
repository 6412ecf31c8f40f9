using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Compaction;

/// <summary>Outcome of a compaction that is not committed yet. Immutable.</summary>
/// <param name="Added">
/// The new tables, whose files and directory are synced; none when no row was left. No two of them overlap in time.
/// </param>
/// <param name="Removed">Numbers of the tables that they replace.</param>
/// <param name="Stats">Counts of what the compaction did.</param>
internal sealed record MergeResult(IReadOnlyList<TableMeta> Added, IReadOnlyList<ulong> Removed, MergeStats Stats)
{
    /// <summary>Adds this outcome to the edit that commits it.</summary>
    public void AddTo(VersionEdit edit)
    {
        edit.RemovedTables.AddRange(Removed);
        edit.AddedTables.AddRange(Added);
    }
}
