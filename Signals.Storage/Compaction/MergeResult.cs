using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Compaction;

/// <summary>Outcome of a compaction, not yet committed. Immutable.</summary>
/// <param name="Added">The new tables, their files and directory synced; none when no row was left. No two of them meet in time.</param>
/// <param name="Removed">Numbers of the tables that they replace.</param>
/// <param name="Stats">What was done.</param>
internal sealed record MergeResult(IReadOnlyList<TableMeta> Added, IReadOnlyList<ulong> Removed, MergeStats Stats)
{
    /// <summary>Adds this outcome to the edit that commits it.</summary>
    public void AddTo(VersionEdit edit)
    {
        edit.RemovedTables.AddRange(Removed);
        edit.AddedTables.AddRange(Added);
    }
}
