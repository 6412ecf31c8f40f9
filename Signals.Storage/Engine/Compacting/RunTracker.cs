using System.Diagnostics;
using Signals.Core.Model;
using Signals.Storage.Compaction;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Compacting;

/// <summary>
/// What the picker knows of the tables of a store. It follows the changes: tables that come and go, users that are erased, patches
/// that become due. The tables that a request covers are kept apart from those of the background.
/// </summary>
/// <remarks>Thread contract: guarded by the compactor's lock. Lifetime: that of the compactor.</remarks>
internal sealed class RunTracker(
    StoreSchema schema, CompactionOptions options, TableLimits limits, ErasureSet erasures, PatchFolding folder)
{
    private readonly ErasureScan _erasureScan = new(erasures);
    private readonly SurplusScan _surplusScan = new();
    private readonly Dictionary<ushort, NewerTables> _newest = []; // of _version
    private readonly Dictionary<ulong, Table> _tables = [];
    private readonly HashSet<ulong> _patches = [];
    private readonly HashSet<ulong> _full = [];
    private readonly SetAsideTables _aside = new();
    private readonly SortedSet<ulong> _uncounted = []; // tables whose erased users are not counted yet, or cannot be
    private RunQueue _background = new(options);
    private RunQueue? _requested;
    private TableVersion _version = TableVersion.Empty;
    private TableVersion? _surplusVersion;
    private readonly Dictionary<ushort, int> _lastKept = []; // the last-N on disk that surplus was looked for with

    /// <summary>Whether tables are kept apart for a request.</summary>
    public bool HasRequest => _requested is not null;

    /// <summary>How many tables are set aside; any thread.</summary>
    public int AsideCount => _aside.Count;

    /// <summary>
    /// Sets aside what an error of a plan, or of picking one, is about; gives those tables, none for an error that may pass.
    /// </summary>
    public IReadOnlyList<ulong> SetAside(CompactionWork? work, TableVersion version, Exception error)
    {
        IReadOnlyList<(ulong Table, RunRestriction Aside)> blamed = _aside.Blame(work, version, error);
        foreach ((ulong table, RunRestriction aside) in blamed)
        {
            _aside.Set(table, aside, error);
            Reset(table);
        }

        return [.. blamed.Select(one => one.Table)];
    }

    /// <summary>
    /// Leaves the tables of a plan that failed alone until nothing else is to do; or only those that the error names, of the plan
    /// or that it, or the picking of one, looked into.
    /// </summary>
    public void Postpone(CompactionWork? work, Exception error)
    {
        string? name = error is FileOperationException failed ? Path.GetFileName(failed.Path) : null;
        ulong[] named =
            [.. _tables.Values.Where(table => StoreFiles.FilesOf(table.Meta).Contains(name)).Select(table => table.Meta.Number)];
        ulong[] postponed = work is null ? named : [.. named.Intersect(work.Tables)];

        // A merge does without a newer table that it cannot ask, patches not without the events that they may be for.
        if (postponed.Length == 0 && work is not null)
        {
            postponed = work.IsFold || Array.TrueForAll(named, table => _aside[table] == RunRestriction.Untouched)
                ? [.. work.Tables]
                : named;
        }

        _aside.Postpone(postponed);
        Array.ForEach(postponed, Reset);
    }

    /// <summary>Why a request is not done with all that it covers; null when it is.</summary>
    public Exception? LeftBehind(CompactionRequest request)
    {
        foreach ((ulong number, RunSummary run) in _requested!.Runs)
        {
            bool isDue = run.Aside == RunRestriction.Untouched || run.ErasedUsers > 0;
            if (isDue && request.Covers(number)
                && _aside.ReasonOf(number) is { } reason && (run.ErasedUsers > 0 || reason is CorruptionException))
            {
                return PlantedBugs.Has(PlantedBugs.LeftBehindIsClean) ? null : reason;
            }
        }

        return null;
    }

    /// <summary>Begins a request: keeps all tables of now apart for it.</summary>
    public void Begin(TableVersion version)
    {
        _ = TryReleasePostponed();
        Sync(version, null);
        RunQueue requested = new(options with { MinSurplusShare = double.Epsilon });
        foreach (RunSummary run in _background.Runs.Values)
        {
            requested.Set(run with { SurplusShare = 0, Users = UsersOf(_tables[run.Number]) });
        }

        _requested = requested;
        _background = new RunQueue(options);
        _surplusVersion = null;
    }

    /// <summary>Ends a request: gives its tables back to the background.</summary>
    public void End()
    {
        foreach (ulong number in _requested!.Runs.Keys)
        {
            _background.Set(Describe(_tables[number], null));
        }

        _requested = null;
        _surplusVersion = null;
    }

    /// <summary>The next piece of work of the background, or of a request; null for none.</summary>
    /// <param name="version">The tables now.</param>
    /// <param name="running">The request that runs; null when none does.</param>
    /// <param name="request">The same when its work is asked for; null for the background's.</param>
    /// <param name="limits">What may be left out for good.</param>
    public CompactionWork? Pick(TableVersion version, CompactionRequest? running, CompactionRequest? request, DiskLimits limits)
    {
        long[] oldestKept = limits.OldestKept();
        long nowMs = limits.ClockMs;
        Sync(version, running);
        RunQueue index = request is null ? _background : _requested!;
        DescribePatches(index, request, oldestKept, nowMs);
        if (index.Pick(oldestKept, full: request is not null) is CompactionWork work)
        {
            return work;
        }

        if (request is null && TryReleasePostponed())
        {
            CountErased(running);
            DescribePatches(index, request, oldestKept, nowMs);
            if (index.Pick(oldestKept) is CompactionWork again)
            {
                return again;
            }
        }

        // To find surplus rows, many users are read. So this is done only when there is no other work.
        ForgetSurplusOf(limits);
        if (ReferenceEquals(_surplusVersion, version) || !AddSurplus(index, request, limits))
        {
            return null;
        }

        _surplusVersion = version;
        return index.Pick(oldestKept, full: request is not null);
    }

    /// <summary>The tables of the type that hold only rows newer than every row of the plan's tables.</summary>
    public NewerTables Newer(TableVersion version, CompactionWork work)
    {
        long newest = long.MinValue;
        foreach (ulong number in work.Tables)
        {
            newest = version.TryGet(number, out Table table) ? Math.Max(newest, table.Meta.MaxTime) : newest;
        }

        return NewestOf(work.EventType).Than(newest);
    }

    private void Sync(TableVersion version, CompactionRequest? running)
    {
        if (!ReferenceEquals(version, _version))
        {
            Forget([.. _tables.Keys.Where(number => !version.TryGet(number, out _))]);
            _full.UnionWith(version.Tables.Where(IsFull).Select(table => table.Meta.Number));
            foreach (Table table in version.Tables)
            {
                if (!_tables.TryGetValue(table.Meta.Number, out Table? known) || !ReferenceEquals(known, table))
                {
                    Add(table, isNew: known is null, running);
                }
            }

            _version = version;
            _newest.Clear();
        }

        CountErased(running);
    }

    // What cannot be read now, for lack of handles or for a fault, is tried again at the next pick, or when the
    // table is no longer left alone.
    private void CountErased(CompactionRequest? running)
    {
        foreach (ulong number in _uncounted.ToArray())
        {
            if (_aside[number] != RunRestriction.Untouched)
            {
                _erasureScan.Add(_tables[number]);
                _uncounted.Remove(number);
            }
            else if (PlantedBugs.Has(PlantedBugs.UnreadableTableComesFirst))
            {
                _uncounted.Remove(number);
            }

            Set(_tables[number], running);
        }

        IReadOnlyCollection<Table> counted =
            _uncounted.Count == 0 ? _tables.Values : [.. _tables.Values.Where(table => !_uncounted.Contains(table.Meta.Number))];
        foreach (Table table in _erasureScan.Refresh(counted))
        {
            Set(table, running);
        }

        AssertInvariants();
    }

    // The compactor's lock is held.
    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_tables.Count == _version.Tables.Count, "Other tables are known than the version has.");
        Debug.Assert(_patches.All(_tables.ContainsKey), "A patch run is known that is no table.");
    }

    private void Forget(ulong[] gone)
    {
        foreach (ulong number in gone)
        {
            _tables.Remove(number);
            _patches.Remove(number);
            _full.Remove(number);
            _background.Remove(number);
            _requested?.Remove(number);
            _erasureScan.Forget(number);
            _uncounted.Remove(number);
            _surplusScan.Forget(number);
            _aside.Forget(number);
        }
    }

    private void Add(Table table, bool isNew, CompactionRequest? running)
    {
        _tables[table.Meta.Number] = table;
        if (!isNew)
        {
            Set(table, running);
            return;
        }

        _uncounted.Add(table.Meta.Number); // it joins the others once it is counted
        if (table.Meta.Kind == RunKind.Patches)
        {
            _patches.Add(table.Meta.Number);
        }
        else
        {
            _surplusScan.CountAdded(table.Meta.EventType, table.Meta.Rows);
        }
    }

    private void Set(Table table, CompactionRequest? running)
    {
        bool isCovered = running?.Covers(table.Meta.Number) == true;
        (isCovered ? _requested! : _background).Set(Describe(table, isCovered ? running : null));
    }

    private bool TryReleasePostponed()
    {
        ulong[] released = _aside.Release();
        Array.ForEach(released, Reset);
        return released.Length > 0;
    }

    private void Reset(ulong number)
    {
        _newest.Clear();
        if (_aside[number] == RunRestriction.Untouched)
        {
            _uncounted.Add(number);
        }

        RunQueue index = _requested?.Runs.ContainsKey(number) == true ? _requested : _background;
        if (index.Runs.TryGetValue(number, out RunSummary run))
        {
            index.Set(run with { Aside = _aside[number] });
        }
    }

    // Users that are erased while a request runs are left to the background: under steady erasures the request would not end otherwise.
    private RunSummary Describe(Table table, CompactionRequest? request)
    {
        ulong number = table.Meta.Number;
        int erased = request?.Made(number) == true ? 0 : _erasureScan.Count(number);
        bool onlyAdds = table.ColumnFileOnlyAdds;
        return RunSummary.Describe(table.Meta, schema.EventTypes[table.Meta.EventType].Window, erased) with
        {
            IsPlaced = request?.IsPlaced(number) == true,
            IsSettled = request?.IsSettled(number) == true && (table.Meta.ColumnFiles.Count == 0 || onlyAdds),
            ColumnFileOnlyAdds = onlyAdds,
            HoldsDropped = table.HoldsDropped,
            Aside = _aside[number],
            IsFull = IsFull(table),
            Users = request is not null ? UsersOf(table) : null,
        };
    }

    private bool IsFull(Table table) => limits.IsFull(table.Meta, (long)table.BlockCount * table.Layout.Positions);

    // Where no table is full none was divided between users, so it costs a look into directories for nothing.
    private (UserId First, UserId Last)? UsersOf(Table table)
    {
        try
        {
            return _full.Count > 0 ? (table.UserAt(0, out _), table.UserAt(table.Meta.Users - 1, out _)) : null;
        }
        catch (CorruptionException)
        {
            return null; // the merge that reads it names the file, and everything else is done first
        }
    }

    private void DescribePatches(RunQueue index, CompactionRequest? request, ReadOnlySpan<long> oldestKept, long nowMs)
    {
        foreach (ulong number in _patches)
        {
            if (index.Runs.TryGetValue(number, out RunSummary run))
            {
                index.Set(run with
                {
                    IsDue = folder.IsDue(_tables[number], _version, events => request is null || request.Covers(events.Meta.Number),
                        oldestKept[run.EventType], run.ErasedUsers, nowMs, always: request is not null),
                });
            }
        }
    }

    // A last-N that has come into force puts rows out of reach although no row was added.
    private void ForgetSurplusOf(DiskLimits limits)
    {
        foreach (EventTypeSchema type in schema.EventTypes)
        {
            if (_lastKept.TryGetValue(type.Id, out int kept) && kept != limits[type.Id].KeepLast)
            {
                _surplusScan.ForgetAll();
                _surplusVersion = null;
            }

            _lastKept[type.Id] = limits[type.Id].KeepLast;
        }
    }

    private bool AddSurplus(RunQueue index, CompactionRequest? request, DiskLimits limits)
    {
        bool any = false;
        foreach (RunSummary run in index.Runs.Values.Where(run => run is { Kind: RunKind.Events, Aside: RunRestriction.None }).ToArray())
        {
            double share = request is null ? Estimate(run, limits[run.EventType]) : IsWithSurplus(run, request) ? 1 : 0;
            any |= share > 0;
            index.Set(run with { SurplusShare = share });
        }

        return any;
    }

    private double Estimate(in RunSummary run, EventTypeSchema type) => type.KeepLast == int.MaxValue
        ? 0
        : _surplusScan.Estimate(_tables[run.Number], type, NewestOf(run.EventType), options.MinSurplusShare);

    private bool IsWithSurplus(in RunSummary run, CompactionRequest request)
    {
        if (request.IsWithoutSurplus(run.Number))
        {
            return false;
        }

        if (SurplusScan.Any(_tables[run.Number], request.Limits[run.EventType], NewestOf(run.EventType)))
        {
            return true;
        }

        request.SetWithoutSurplus(run.Number);
        return false;
    }

    private NewerTables NewestOf(ushort eventType)
    {
        if (!_newest.TryGetValue(eventType, out NewerTables? newest))
        {
            Table[] readable = Array.FindAll(
                _version.TablesOf(eventType).ToArray(), table => _aside[table.Meta.Number] != RunRestriction.Untouched);
            newest = NewerTables.IndexUsers(readable);
            _newest.Add(eventType, newest);
        }

        return newest;
    }
}
