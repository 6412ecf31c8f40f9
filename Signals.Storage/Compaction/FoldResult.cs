using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Compaction;

/// <summary>Outcome of a fold that is not committed yet. Its files and the directory are synced. Immutable.</summary>
/// <param name="Runs">Runs of events with a new list of column files; each keeps its number.</param>
/// <param name="Patches">What became of each patch run.</param>
/// <param name="Stats">Counts of what the fold did.</param>
internal sealed record FoldResult(IReadOnlyList<TableMeta> Runs, IReadOnlyList<FoldedPatches> Patches, FoldStats Stats)
{
    /// <summary>Whether there is anything to commit.</summary>
    public bool IsChange => Runs.Count > 0 || Patches.Any(patches => patches.After?.Number != patches.Patches);

    /// <summary>Adds this outcome to the edit that commits it.</summary>
    public void AddTo(VersionEdit edit)
    {
        foreach (TableMeta run in Runs)
        {
            edit.RemovedTables.Add(run.Number);
            edit.AddedTables.Add(run);
        }

        foreach (FoldedPatches patches in Patches.Where(patches => patches.After?.Number != patches.Patches))
        {
            edit.RemovedTables.Add(patches.Patches);
            if (patches.After is not null)
            {
                edit.AddedTables.Add(patches.After);
            }
        }
    }
}
