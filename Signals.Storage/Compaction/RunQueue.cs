using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>
/// The runs of a store, kept in the order in which <see cref="CompactionPicker"/> prefers them. So a change costs as much as the
/// runs that it touches, and a pick looks only at the runs that it takes. Thread contract: one thread at a time. Invariant: the
/// same runs give the same pick, in whatever order they were added.
/// </summary>
internal sealed class RunQueue(CompactionOptions options)
{
    private readonly Dictionary<ulong, RunSummary> _runs = [];
    private readonly Dictionary<(ushort EventType, int Level, ulong Range), RunGroup> _groups = [];
    private readonly SortedDictionary<ushort, SortedSet<(long MaxTime, ulong Number)>> _byAge = [];
    private readonly SortedDictionary<ushort, SortedSet<(long Middle, ulong Number)>> _byMiddle = [];
    private readonly SortedDictionary<ushort, SmallRuns> _small = [];
    private readonly SortedDictionary<ushort, FullRuns> _full = [];
    private readonly SortedSet<ulong> _alone = [];
    private readonly List<RunGroup> _stale = [];
    private readonly SortedSet<RunGroup>[] _best =
        [.. CompactionPicker.GroupReasons.Select(_ => new SortedSet<RunGroup>(Comparer<RunGroup>.Create(Precedence)))];

    /// <summary>How many runs were added, removed or looked at so far. It measures the cost of picking.</summary>
    public long Steps { get; private set; }

    /// <summary>All runs, by number.</summary>
    public IReadOnlyDictionary<ulong, RunSummary> Runs => _runs;

    /// <summary>Adds a run, or replaces the one with its number.</summary>
    [MethodImpl(Compile.InFull)]
    public void Set(in RunSummary run)
    {
        if (_runs.TryGetValue(run.Number, out RunSummary before))
        {
            if (before == run)
            {
                return;
            }

            Remove(run.Number);
        }

        Steps++;
        _runs.Add(run.Number, run);
        GetOrAdd(_byAge, run.EventType, static () => []).Add((run.MaxTime, run.Number));
        if (run.Aside != RunRestriction.None)
        {
            _ = IsDueAlone(run) && _alone.Add(run.Number);
            return;
        }

        GroupOf(run).Add(run);
        if (IsLong(run))
        {
            GetOrAdd(_byMiddle, run.EventType, static () => []).Add((MiddleOf(run), run.Number));
        }

        if (SmallRuns.Takes(run, options))
        {
            GetOrAdd(_small, run.EventType, () => new SmallRuns(options)).Add(run);
        }

        if (run.Kind == RunKind.Events && !run.IsSettled)
        {
            GetOrAdd(_full, run.EventType, () => new FullRuns(options)).Add(run);
        }
    }

    /// <summary>Removes a run, if it is there.</summary>
    public void Remove(ulong number)
    {
        if (!_runs.Remove(number, out RunSummary run))
        {
            return;
        }

        Steps++;
        _byAge[run.EventType].Remove((run.MaxTime, run.Number));
        if (run.Aside != RunRestriction.None)
        {
            _alone.Remove(run.Number);
            return;
        }

        GroupOf(run).Remove(run);
        if (IsLong(run))
        {
            _byMiddle[run.EventType].Remove((MiddleOf(run), run.Number));
        }

        if (SmallRuns.Takes(run, options))
        {
            _small[run.EventType].Remove(run);
        }

        if (run.Kind == RunKind.Events && !run.IsSettled)
        {
            _full[run.EventType].Remove(run);
        }
    }

    /// <summary>The most valuable piece of work, or null; see <see cref="CompactionPicker.Pick"/>.</summary>
    public CompactionWork? Pick(ReadOnlySpan<long> oldestKept, bool full = false)
    {
        DecideStale();
        CompactionChoice? choice = PickExpired(oldestKept);
        for (int reason = 0; choice is null && reason < CompactionPicker.ReasonsBeforeFull; reason++)
        {
            choice = Best(reason);
            if (choice is null && reason == CompactionPicker.TierReason)
            {
                choice = PickSmall();
            }
        }

        choice ??= PickAged(oldestKept);
        if (choice is null && full)
        {
            choice = PickFull(oldestKept);
        }

        for (int reason = CompactionPicker.ReasonsBeforeFull; choice is null && reason < CompactionPicker.GroupReasons.Length; reason++)
        {
            choice = Best(reason);
        }

        if (choice is null && _alone.Count > 0)
        {
            RunSummary run = _runs[_alone.Min];
            choice = new CompactionChoice(run.Kind == RunKind.Patches ? CompactionReason.Fold : CompactionReason.Erasure, [run]);
        }
        else if (choice is { Reason: CompactionReason.Fold })
        {
            choice = WithPatchesOfTheSameRuns(choice);
        }

        Steps += choice?.Runs.Length ?? 0;
        return choice?.ToPlan(oldestKept);
    }

    private static int Precedence(RunGroup a, RunGroup b)
    {
        int order = b.DecidedCount.CompareTo(a.DecidedCount);
        order = order != 0 ? order : b.Start.CompareTo(a.Start);
        order = order != 0 ? order : a.EventType.CompareTo(b.EventType);
        order = order != 0 ? order : a.Level.CompareTo(b.Level);
        return order != 0 ? order : a.Range.CompareTo(b.Range);
    }

    // A run of one window is dropped whole soon after its first row expires, so only longer runs are rewritten for their age.
    private static bool IsLong(in RunSummary run) => run.Kind == RunKind.Events && run.Level > 0;

    private static bool IsDueAlone(in RunSummary run) => run is { Aside: RunRestriction.Alone, Kind: RunKind.Events, ErasedUsers: > 0 }
        or { Aside: RunRestriction.Alone, Kind: RunKind.Patches, IsDue: true };

    private static long MiddleOf(in RunSummary run) => (run.MinTime / 2) + (run.MaxTime / 2);

    private static T GetOrAdd<T>(SortedDictionary<ushort, T> byType, ushort type, Func<T> make)
    {
        if (!byType.TryGetValue(type, out T? found))
        {
            found = make();
            byType.Add(type, found);
        }

        return found;
    }

    // The sorted sets order a group by its last decision. So a change only marks the group here; it is taken out of the sets
    // before it decides anew.
    private RunGroup GroupOf(in RunSummary run)
    {
        (ushort, int, ulong) key = (run.EventType, run.Level, run.RangeAt(run.Level));
        if (!_groups.TryGetValue(key, out RunGroup? group))
        {
            group = new RunGroup(run.EventType, run.Level, key.Item3);
            _groups.Add(key, group);
        }

        if (!group.IsStale)
        {
            group.IsStale = true;
            _stale.Add(group);
        }

        return group;
    }

    private void DecideStale()
    {
        foreach (RunGroup group in _stale)
        {
            for (int reason = 0; reason < _best.Length; reason++)
            {
                if (group[reason] is not null)
                {
                    _best[reason].Remove(group);
                }
            }

            group.Decide(options);
            group.IsStale = false;
            Steps += group.Count;
            if (group.IsEmpty)
            {
                _groups.Remove((group.EventType, group.Level, group.Range));
            }

            for (int reason = 0; reason < _best.Length; reason++)
            {
                if (group[reason] is not null)
                {
                    _best[reason].Add(group);
                }
            }
        }

        _stale.Clear();
    }

    // The blocks of a run of several windows would otherwise be written once for the patches of each window. Those of a run that is left
    // alone are not written.
    private CompactionChoice WithPatchesOfTheSameRuns(CompactionChoice fold)
    {
        ushort type = fold.Runs[0].EventType;
        long first = fold.Runs.Min(run => run.MinTime);
        long last = fold.Runs.Max(run => run.MaxTime);
        RunSummary[] shared =
        [
            .. _runs.Values.Where(run => run.EventType == type && IsLong(run) && run.Aside != RunRestriction.Untouched
                && run.MinTime <= last && run.MaxTime >= first),
        ];
        if (shared.Length == 0)
        {
            return fold;
        }

        first = shared.Min(run => run.MinTime);
        last = shared.Max(run => run.MaxTime);
        IEnumerable<RunSummary> others = _runs.Values.Where(run => run.EventType == type && run.Kind == RunKind.Patches && run.IsDue
            && run.Aside == RunRestriction.None && run.MinTime <= last && run.MaxTime >= first && !fold.Runs.Contains(run));
        RunSummary[] patches = [.. fold.Runs.Concat(others.OrderBy(run => run.Number)).Take(options.MaxRuns).OrderBy(run => run.Number)];
        return fold with { Runs = patches };
    }

    private CompactionChoice? Best(int reason) => _best[reason].Min?[reason];

    // All expired runs go together: it is one commit, and nothing is read.
    private CompactionChoice? PickExpired(ReadOnlySpan<long> oldestKept)
    {
        foreach ((ushort type, SortedSet<(long MaxTime, ulong Number)> byAge) in _byAge)
        {
            List<RunSummary> expired = [];
            foreach ((long maxTime, ulong number) in byAge)
            {
                if (maxTime >= oldestKept[type])
                {
                    break;
                }

                expired.Add(_runs[number]);
            }

            if (expired.Count > 0)
            {
                return new CompactionChoice(CompactionReason.Expired, [.. expired.OrderBy(run => run.WindowStart)]);
            }
        }

        return null;
    }

    // Each rewrite keeps at most half of the time span, so a row is rewritten only a few times for this reason, however long the
    // span is.
    private CompactionChoice? PickAged(ReadOnlySpan<long> oldestKept)
    {
        foreach ((ushort type, SortedSet<(long Middle, ulong Number)> byMiddle) in _byMiddle)
        {
            if (byMiddle.Count > 0 && byMiddle.Min.Middle < oldestKept[type])
            {
                return new CompactionChoice(CompactionReason.Aged, [_runs[byMiddle.Min.Number]]);
            }
        }

        return null;
    }

    private CompactionChoice? PickSmall()
    {
        foreach (SmallRuns small in _small.Values)
        {
            if (small.Pick() is { } choice)
            {
                return choice;
            }
        }

        return null;
    }

    private CompactionChoice? PickFull(ReadOnlySpan<long> oldestKept)
    {
        foreach ((ushort type, FullRuns runs) in _full)
        {
            if (runs.Pick(oldestKept[type]) is { } choice)
            {
                return choice;
            }
        }

        return null;
    }
}
