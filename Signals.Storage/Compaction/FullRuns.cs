namespace Signals.Storage.Compaction;

/// <summary>
/// The runs of events of one type that a full compaction has not settled yet, and the next step until no two of them overlap in a
/// window. Thread contract: one thread. A pick looks only at the newest set of runs that are connected.
/// </summary>
/// <remarks>
/// Runs are connected when their windows overlap, directly or through other runs. A small set is merged at once, which settles
/// it. Of a large set, the runs with the longest ranges are divided where the others leave gaps. Then each of the others overlaps
/// only the rows of its own time, so a few stray rows do not force one merge of a whole type. If that separates nothing, the
/// smallest runs are merged into one. Either way each set is smaller afterwards.
/// </remarks>
internal sealed class FullRuns(CompactionOptions options)
{
    private readonly SortedSet<RunSummary> _runs = new(Comparer<RunSummary>.Create(static (a, b) =>
        a.WindowEnd != b.WindowEnd ? b.WindowEnd.CompareTo(a.WindowEnd) : a.Number.CompareTo(b.Number)));

    /// <summary>Adds a run that is not settled.</summary>
    public void Add(in RunSummary run) => _runs.Add(run);

    /// <summary>Removes a run.</summary>
    public void Remove(in RunSummary run) => _runs.Remove(run);

    /// <summary>
    /// The next step, or null when all runs are settled. A run that needs no rewriting is settled by looking at it.
    /// </summary>
    public CompactionChoice? Pick(long oldestKept)
    {
        while (_runs.Count > 0)
        {
            RunSummary[] together = First(_runs);
            if (AreApart(together))
            {
                if (Array.FindIndex(together, run => NeedsRewriting(run, oldestKept)) is var found && found >= 0)
                {
                    return new CompactionChoice(CompactionReason.Full, [together[found]]);
                }

                Array.ForEach(together, run => _runs.Remove(run));
                continue;
            }

            return together.Length > options.MaxRuns
                ? Spread(together) ?? Fewer(together)
                : new CompactionChoice(CompactionReason.Full, together);
        }

        return null;
    }

    // A segment's file is deleted only with its last part, and it may hold erased or expired rows of other parts. So each part is
    // rewritten.
    private static bool NeedsRewriting(in RunSummary run, long oldestKept) =>
        run.MinTime < oldestKept || (run.ColumnFiles > 0 && !run.ColumnFileOnlyAdds) || run.IsInSegment;

    private static RunSummary[] First(IEnumerable<RunSummary> newestFirst)
    {
        List<RunSummary> together = [];
        long start = long.MaxValue;
        foreach (RunSummary run in newestFirst)
        {
            if (together.Count > 0 && run.WindowEnd <= start)
            {
                break;
            }

            together.Add(run);
            start = Math.Min(start, run.WindowStart);
        }

        return [.. together];
    }

    // No user lies in two of them: a single run, or those that one merge divided between users.
    private static bool AreApart(RunSummary[] together)
    {
        if (together.Length == 1)
        {
            return true;
        }

        if (!Array.TrueForAll(together, run => run.Users is not null))
        {
            return false;
        }

        RunSummary[] byUser = [.. together.OrderBy(run => run.Users!.Value.First)];
        return Enumerable.Range(1, byUser.Length - 1).All(i => byUser[i - 1].Users!.Value.Last < byUser[i].Users!.Value.First);
    }

    // Merging full runs leaves as many of them. When nothing else is left, all of them are merged at once: a block of each is in memory.
    private CompactionChoice Fewer(RunSummary[] together)
    {
        RunSummary[] smallest =
            [.. together.Where(run => !run.IsFull).OrderBy(run => run.Bytes).ThenBy(run => run.Number).Take(options.MaxRuns)];
        return smallest.Length > 1
            ? new CompactionChoice(CompactionReason.Full, smallest, [])
            : new CompactionChoice(CompactionReason.Full, together);
    }

    private CompactionChoice? Spread(RunSummary[] together)
    {
        RunSummary[] longest = [.. together.OrderByDescending(run => run.LastWindow - run.FirstWindow).ThenBy(run => run.Bytes)];
        for (int taken = 1; taken <= options.MaxRuns; taken++)
        {
            long[] cuts = Gaps([.. longest[taken..].OrderByDescending(run => run.WindowEnd)]);
            if (cuts.Length > 0)
            {
                return new CompactionChoice(CompactionReason.Full, longest[..taken], Few(cuts));
            }
        }

        return null;
    }

    // Where sets of connected runs begin and end; empty when there are fewer than two sets.
    private static long[] Gaps(RunSummary[] newestFirst)
    {
        SortedSet<long> cuts = [];
        int sets = 0;
        for (int at = 0; at < newestFirst.Length;)
        {
            RunSummary[] together = First(newestFirst.Skip(at));
            cuts.Add(together.Min(run => run.WindowStart));
            cuts.Add(together[0].WindowEnd);
            at += together.Length;
            sets++;
        }

        return sets > 1 ? [.. cuts] : [];
    }

    private static long[] Few(long[] cuts)
    {
        int most = WindowCut.MostTables - 1;
        return cuts.Length <= most ? cuts : [.. Enumerable.Range(0, most).Select(i => cuts[(int)((long)i * cuts.Length / most)])];
    }
}
