using System.Diagnostics;
using Signals.Core.Model;
using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Views;
using Signals.Storage.MemTables;
using Signals.Storage.Reads;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Compacting;

/// <summary>
/// Folds patches into the events they correct: finds the patch runs that are due, runs the job, commits the result, and counts the
/// patches without their event.
/// </summary>
/// <remarks>
/// Thread contract: the compactor calls it under its lock; <see cref="Report"/> and <see cref="GoneRows"/> by any thread. A fold
/// that fails, or that closing interrupts, leaves the version as it was and no file behind. Lifetime: that of the compactor.
/// </remarks>
internal sealed class PatchFolding(
    StoreContext context, TableFactory factory, TableSet tables, ErasureSet erasures, ViewState view, VersionCommitter committer)
{
    private readonly FoldScan _scan = new((long)(context.Options.OrphanGrace ?? EngineOptions.DefaultOrphanGrace).TotalMilliseconds);
    private readonly Dictionary<(ushort EventType, Stamp Source), OrphanCount> _dropped = [];
    private readonly Lock _reportGate = new();
    private OrphanCount[] _heldNow = []; // guarded by _reportGate
    private OrphanCount[] _droppedNow = []; // guarded by _reportGate
    private long _goneNow; // guarded by _reportGate

    /// <summary>Rows of patch runs that were folded or dropped and are still in their file.</summary>
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
    /// <param name="counts">Chooses the runs of events that are looked at.</param>
    /// <param name="oldestKept">Oldest event time kept of the type.</param>
    /// <param name="erasedUsers">Erased users with rows in the run.</param>
    /// <param name="nowMs">Now.</param>
    /// <param name="always">Whether to fold also for a few rows that are gone or have expired.</param>
    public bool IsDue(
        Table patches, TableVersion version, Predicate<Table> counts, long oldestKept, int erasedUsers, long nowMs, bool always)
    {
        AssertInvariants();
        Table[] runs = Array.FindAll(RunsOf(version, patches.Meta.EventType, patches.Meta.MinTime, patches.Meta.MaxTime), counts);
        return erasedUsers > 0 || (always && patches.Meta.MinTime < oldestKept) || _scan.IsDue(patches, runs, nowMs, always);
    }

    /// <summary>Folds the patch runs of a plan and commits what that changes.</summary>
    /// <param name="work">The plan.</param>
    /// <param name="version">The tables that it was made for; they are open while the caller holds its lock.</param>
    /// <param name="newer">Tables of the type that hold only newer rows.</param>
    /// <param name="limits">What may be left out for good.</param>
    /// <param name="always">Whether to write the rest of a run anew even when little of it was folded.</param>
    /// <param name="pace">May hold the work back.</param>
    /// <param name="stopping">Ends it early.</param>
    public FoldResult Fold(
        CompactionWork work,
        TableVersion version,
        NewerTables newer,
        DiskLimits limits,
        bool always,
        Action<long>? pace,
        CancellationToken stopping)
    {
        long nowMs = limits.ClockMs;
        FoldInput[] inputs = [.. work.Tables.Select(number => _scan.InputOf(version[number], nowMs))];
        long oldest = inputs.Min(input => input.Table.Meta.MinTime);
        long newest = inputs.Max(input => input.Table.Meta.MaxTime);
        Table[] runs = _scan.RunsFor(inputs, RunsOf(version, work.EventType, oldest, newest));
        FoldJob job = new(factory.FoldTargetOf(limits[work.EventType]), work, inputs, runs, erasures, newer);
        FoldResult result = job.Run(user => MayArrive(user, work.EventType, version), always, pace, stopping);
        if (result.IsChange)
        {
            VersionEdit edit = new();
            result.AddTo(edit);
            committer.Commit(edit, Open(edit, job), (current, after) => current.WithTables(after));
        }

        _scan.RememberFold(result, inputs, runs, nowMs);
        Publish(result.Patches);
        return result;
    }

    /// <summary>Remembers that runs of events were merged, or dropped.</summary>
    public void RememberMerge(MergeResult merge)
    {
        _scan.RememberMerge(merge);
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

    // Whether the user may have events that the fold has not seen: in a memtable, or in a table that is newer than its version. One view
    // holds every acknowledged event.
    private bool MayArrive(UserId user, ushort eventType, TableVersion seen)
    {
        using (view.Epochs.Enter())
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

        AssertInvariants();
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        lock (_reportGate)
        {
            Debug.Assert(_goneNow == _scan.GoneRows, "Rows are taken for folded by a fold that was not committed.");
            Debug.Assert(_heldNow.SequenceEqual(_scan.Held()), "The patches that wait are not those that are reported.");
            Debug.Assert(_droppedNow.Length == _dropped.Count, "The dropped patches are not those that are reported.");
        }

        TableVersion now = view.Current.Tables;
        Debug.Assert(_scan.Tables.All(number => now.TryGet(number, out _)), "A patch run is remembered that left the store.");
    }
}
