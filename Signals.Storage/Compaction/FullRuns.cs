namespace Signals.Storage.Compaction;

/// <summary>
/// The runs of events of one type that a full compaction is not done with, and how to go on until no two of them meet in a window.
/// One thread. A pick looks at the runs that hang together, not at all.
/// </summary>
/// <remarks>
/// Runs hang together when their windows meet, directly or through others. Few are merged at once, which settles them. Of many, those that
/// reach furthest are divided where the others leave gaps, so that each of the others meets but the rows of its own time: a few stray rows do
/// not make one merge of a whole type. Only when that parts nothing are the smallest merged into one. Either way each set is smaller afterwards.
/// </remarks>
internal sealed class FullRuns(CompactionOptions options)
{
    private readonly SortedSet<CompactionRun> _runs = new(Comparer<CompactionRun>.Create(static (a, b) =>
        a.WindowEnd != b.WindowEnd ? b.WindowEnd.CompareTo(a.WindowEnd) : a.Number.CompareTo(b.Number)));

    /// <summary>Adds a run that is not settled.</summary>
    public void Add(in CompactionRun run) => _runs.Add(run);

    /// <summary>Takes a run out.</summary>
    public void Remove(in CompactionRun run) => _runs.Remove(run);

    /// <summary>The next step, or null when all is settled; runs that need no rewriting are settled by being looked at.</summary>
    public CompactionChoice? Pick(long oldestKept)
    {
        while (_runs.Count > 0)
        {
            CompactionRun[] together = First(_runs);
            if (together.Length > options.MaxRuns)
            {
                return Spread(together) ?? new CompactionChoice(
                    CompactionReason.Full, [.. together.OrderBy(run => run.Bytes).ThenBy(run => run.Number).Take(options.MaxRuns)], []);
            }

            if (together.Length > 1 || NeedsRewriting(together[0], oldestKept))
            {
                return new CompactionChoice(CompactionReason.Full, together);
            }

            _runs.Remove(together[0]);
        }

        return null;
    }

    // What other parts of a segment's file held of the erased and the expired goes only with the file.
    private static bool NeedsRewriting(in CompactionRun run, long oldestKept) =>
        run.MinTime < oldestKept || run.ColumnFiles > 0 || run.IsInSegment;

    private static CompactionRun[] First(IEnumerable<CompactionRun> newestFirst)
    {
        List<CompactionRun> together = [];
        long start = long.MaxValue;
        foreach (CompactionRun run in newestFirst)
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

    private CompactionChoice? Spread(CompactionRun[] together)
    {
        CompactionRun[] longest = [.. together.OrderByDescending(run => run.LastWindow - run.FirstWindow).ThenBy(run => run.Bytes)];
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

    // Where sets of runs end and begin, when there are at least two.
    private static long[] Gaps(CompactionRun[] newestFirst)
    {
        SortedSet<long> cuts = [];
        int sets = 0;
        for (int at = 0; at < newestFirst.Length;)
        {
            CompactionRun[] together = First(newestFirst.Skip(at));
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
