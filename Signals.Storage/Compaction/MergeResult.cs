using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Compaction;

/// <summary>Outcome of a compaction, not yet committed. Immutable.</summary>
/// <param name="Added">The new table, its file and directory synced; null when no row was left.</param>
/// <param name="Removed">Numbers of the tables that it replaces.</param>
/// <param name="Stats">What was done.</param>
internal sealed record MergeResult(TableMeta? Added, IReadOnlyList<ulong> Removed, MergeStats Stats)
{
    /// <summary>Adds this outcome to the edit that commits it.</summary>
    public void AddTo(VersionEdit edit)
    {
        edit.RemovedTables.AddRange(Removed);
        if (Added is not null)
        {
            edit.AddedTables.Add(Added);
        }
    }
}
