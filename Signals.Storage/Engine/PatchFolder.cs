using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Compaction;
using Signals.Storage.FileSystem;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Carries out folds: knows which patch runs are due, runs the job, commits it, and keeps count of patches without their event.</summary>
/// <remarks>
/// Thread contract: that of the compactor, which calls it under its lock; <see cref="Report"/> from any thread. A fold that closing
/// interrupts, or that fails, leaves the version as it was and no file behind.
/// </remarks>
internal sealed class PatchFolder(
    IFileSystem files,
    string directory,
    StoreSchema schema,
    FileNumbers numbers,
    EngineOptions options,
    ErasureSet erasures,
    ViewState view,
    ReadEpochs epochs,
    TableSet tables,
    VersionCommitter committer)
{
    private readonly FoldScan _scan = new((long)(options.OrphanGrace ?? EngineOptions.DefaultOrphanGrace).TotalMilliseconds);
    private readonly Dictionary<(ushort EventType, Stamp Source), OrphanCount> _dropped = [];
    private readonly Lock _reportGate = new();
    private OrphanCount[] _heldNow = []; // guarded by _reportGate
    private OrphanCount[] _droppedNow = []; // guarded by _reportGate
    private long _goneNow; // guarded by _reportGate

    /// <summary>Rows of patch runs that are done with but still in their file.</summary>
    public long GoneRows
    {
        get
        {
            lock (_reportGate)
            {
                return _goneNow;
            }
        }
    }

    /// <summary>Patches without their event: those that wait, by run, and those dropped since the store was opened, by source.</summary>
    public (IReadOnlyList<OrphanCount> Held, IReadOnlyList<OrphanCount> Dropped) Report()
    {
        lock (_reportGate)
        {
            return (_heldNow, _droppedNow);
        }
    }

    /// <summary>Whether folding a patch run now can change anything.</summary>
    /// <param name="patches">The run.</param>
    /// <param name="version">The tables now.</param>
    /// <param name="counts">Which runs of events count.</param>
    /// <param name="oldestKept">Oldest event time kept of the type.</param>
    /// <param name="erasedUsers">Erased users with rows in the run.</param>
    /// <param name="nowMs">Now.</param>
    /// <param name="always">Whether a few rows that are gone, or have expired, are reason enough.</param>
    public bool IsDue(
        Table patches, TableVersion version, Predicate<Table> counts, long oldestKept, int erasedUsers, long nowMs, bool always)
    {
        Table[] runs = Array.FindAll(RunsOf(version, patches.Meta.EventType, patches.Meta.MinTime, patches.Meta.MaxTime), counts);
        return erasedUsers > 0 || (always && patches.Meta.MinTime < oldestKept) || _scan.IsDue(patches, runs, nowMs, always);
    }

    /// <summary>Folds the patch runs of a plan and commits what that changes.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="version">The tables that it was made for; they are open while the caller holds its lock.</param>
    /// <param name="newer">Tables of the type that hold only newer rows.</param>
    /// <param name="nowMs">Now.</param>
    /// <param name="always">Whether to write what is left of a run anew however little has left it.</param>
    /// <param name="pace">May hold the work back.</param>
    /// <param name="stopping">Ends it early.</param>
    public FoldResult Fold(
        CompactionPlan plan, TableVersion version, NewerTables newer, long nowMs, bool always, Action<long>? pace, CancellationToken stopping)
    {
        FoldInput[] inputs = [.. plan.Tables.Select(number => _scan.InputOf(Find(version, number), nowMs))];
        Table[] runs = _scan.RunsFor(inputs, RunsOf(version, plan.EventType, inputs.Min(input => input.Table.Meta.MinTime), inputs.Max(input => input.Table.Meta.MaxTime)));
        FoldTarget target = new(files, directory, numbers.Next, schema.EventTypes[plan.EventType], options.Tables)
        {
            UserLimit = options.Compaction.UserLimit,
            Discard = committer.Discard,
        };
        FoldJob job = new(target, plan, inputs, runs, erasures, newer);
        FoldResult result = job.Run(user => MayArrive(user, plan.EventType, version), always, pace, stopping);
        if (result.IsChange)
        {
            VersionEdit edit = new();
            result.AddTo(edit);
            committer.Commit(edit, Open(edit, job), (current, after) => current.WithTables(after));
        }

        _scan.Note(result, inputs, runs, nowMs);
        Publish(result.Patches);
        return result;
    }

    /// <summary>Remembers that runs of events were merged, or dropped.</summary>
    public void NoteMerge(MergeResult merge)
    {
        _scan.NoteMerge(merge);
        foreach (ulong number in merge.Removed)
        {
            _scan.Forget(number);
        }

        Publish([]);
    }

    private Table[] Open(VersionEdit edit, FoldJob job)
    {
        try
        {
            return tables.OpenAll(edit.AddedTables, view.Current.Tables);
        }
        catch
        {
            job.Discard();
            throw;
        }
    }

    private static Table[] RunsOf(TableVersion version, ushort eventType, long oldest, long newest) =>
        [.. version.TablesOf(eventType).ToArray().Where(run => run.Meta.MinTime <= newest
            && (PlantedBugs.Has(PlantedBugs.PatchesMissLongRuns) ? run.Meta.MinTime : run.Meta.MaxTime) >= oldest)];

    private static Table Find(TableVersion version, ulong number) =>
        version.TryGet(number, out Table table)
            ? table
            : throw new InvalidOperationException($"The plan names table {number}, which is not in the version.");

    // One view holds every acknowledged event: in a memtable, or in a table, of which the fold has seen those of its version.
    private bool MayArrive(UserId user, ushort eventType, TableVersion seen)
    {
        using (epochs.Enter())
        {
            ReadView now = view.Current;
            ulong hash = user.Hash64;
            foreach (MemTable table in now.MemTables)
            {
                if (table.Rows > 0 && table.TryFind(user, hash, eventType, out _))
                {
                    return true;
                }
            }

            foreach (Table table in now.Tables.TablesOf(eventType))
            {
                if (!seen.TryGet(table.Meta.Number, out _) && table.TryFind(user, out _))
                {
                    return true;
                }
            }

            return false;
        }
    }

    private void Publish(IReadOnlyList<FoldedPatches> folded)
    {
        foreach (FoldedPatches patches in folded.Where(patches => patches.Dropped.Count > 0))
        {
            OrphanCount dropped = patches.Dropped;
            _dropped[(dropped.EventType, dropped.Source)] =
                _dropped.TryGetValue((dropped.EventType, dropped.Source), out OrphanCount? before) ? before.Plus(dropped) : dropped;
        }

        lock (_reportGate)
        {
            _heldNow = [.. _scan.Held()];
            _droppedNow = [.. _dropped.Values];
            _goneNow = _scan.GoneRows;
        }
    }
}
