namespace Signals.Storage.Compaction;

/// <summary>
/// Decides what to compact next. The functions are pure, so a decision can be replayed from a log line. Thread contract: any
/// thread. Merging does not depend on order, so any runs of one type may be merged; types never mix. The answer is null when
/// there is nothing to do, so picking and executing until null always ends.
/// </summary>
/// <remarks>
/// Size-tiered as in Cassandra: runs of similar size are merged, so a row is rewritten about log(window / flush) times. Runs of
/// several windows are compared with those that cover the same range of windows. A merge of them that holds more than a table
/// should is divided by time, so rows lie in shorter ranges as their number grows. Small runs are merged with others that are
/// near in time. Reasons take precedence in the order of <see cref="CompactionReason"/>. Among groups, the one with the most runs
/// goes first, because each read of it pays for each run. Among groups with equally many runs the newer one goes first, because
/// reads start there.
/// </remarks>
internal static class CompactionPicker
{
    /// <summary>How many of <see cref="GroupReasons"/> come before a full compaction.</summary>
    public const int ReasonsBeforeFull = 4;

    /// <summary>
    /// One decision per reason, in the order of precedence. Each looks at a group of runs that cover the same range.
    /// </summary>
    public static Func<RunSummary[], RunSummary[], CompactionOptions, CompactionChoice?>[] GroupReasons { get; } =
    [
        (runs, _, options) => PickOverloaded(runs, options),
        (_, patches, options) => patches.Length >= options.MinRuns ? PickFold(patches, options) : null,
        (runs, _, options) => PickTier(runs, options, CompactionReason.Tier),
        (_, patches, options) => PickFold(patches, options),
        (runs, _, options) => PickErased(runs, options),
        (runs, _, options) => PickSurplus(runs, options),
        (runs, _, _) => PickDropped(runs),
    ];

    /// <summary>The index in <see cref="GroupReasons"/> of the reason that is followed by the merge of small runs.</summary>
    public const int TierReason = 2;

    /// <summary>Of <see cref="GroupReasons"/>: whether one is there to have fewer runs, which full ones cannot help.</summary>
    public static bool IsForFewer(int reason) => reason < ReasonsBeforeFull;

    /// <summary>The most valuable piece of work, or null.</summary>
    /// <param name="runs">All tables of the version, in any order.</param>
    /// <param name="options">When to merge.</param>
    /// <param name="oldestKept">Oldest event time kept, by event type id; see <see cref="Retention"/>.</param>
    /// <param name="full">
    /// Whether to merge until no two runs overlap in a window. Keep <paramref name="oldestKept"/> fixed until the request is
    /// done.
    /// </param>
    public static CompactionWork? Pick(
        IReadOnlyList<RunSummary> runs, CompactionOptions options, ReadOnlySpan<long> oldestKept, bool full = false)
    {
        RunQueue index = new(full ? options with { MinSurplusShare = double.Epsilon } : options);
        foreach (RunSummary run in runs)
        {
            index.Set(run);
        }

        return index.Pick(oldestKept, full);
    }

    /// <summary>Counts the runs, from the first, that are of similar size.</summary>
    public static int SimilarRuns(ReadOnlySpan<RunSummary> ascending, CompactionOptions options)
    {
        double largest = Math.Max(options.SmallRunBytes, ascending[0].Bytes * options.SizeRatio);
        long bytes = 0;
        int count = 0;
        while (count < Math.Min(ascending.Length, options.MaxRuns)
            && ascending[count].Bytes <= largest
            && bytes + ascending[count].Bytes <= options.MaxMergeBytes)
        {
            bytes += ascending[count].Bytes;
            count++;
        }

        return count;
    }

    // Runs whose sizes never become similar, such as a geometric series, must not let the number of runs grow without bound.
    private static CompactionChoice? PickOverloaded(RunSummary[] runs, CompactionOptions options) =>
        runs.Length >= options.MaxRuns
            ? PickTier(runs, options, CompactionReason.Overloaded)
                ?? new CompactionChoice(CompactionReason.Overloaded, runs[..options.MinRuns])
            : null;

    private static CompactionChoice? PickErased(RunSummary[] runs, CompactionOptions options)
    {
        RunSummary[] erased =
        [
            .. runs.Where(run => run.ErasedUsers > 0)
                .OrderByDescending(run => (double)run.ErasedUsers / Math.Max(1, run.Bytes))
                .ThenBy(run => run.Number)
                .Take(options.MaxRuns),
        ];
        return erased.Length > 0 ? new CompactionChoice(CompactionReason.Erasure, erased) : null;
    }

    // The rewrite leaves no such cells. One run at a time: nothing reads them, so there is no hurry.
    private static CompactionChoice? PickDropped(RunSummary[] runs)
    {
        int found = Array.FindIndex(runs, run => run.HoldsDropped);
        return found < 0 ? null : new CompactionChoice(CompactionReason.Dropped, [runs[found]]);
    }

    // Of all slices of similar size, takes the one that removes the most runs per byte rewritten.
    private static CompactionChoice? PickTier(RunSummary[] runs, CompactionOptions options, CompactionReason reason)
    {
        CompactionChoice? best = null;
        for (int start = 0; start + options.MinRuns <= runs.Length; start++)
        {
            int count = SimilarRuns(runs.AsSpan(start), options);
            if (count >= options.MinRuns)
            {
                var tier = new CompactionChoice(reason, runs[start..(start + count)]);
                best = best is null || tier.RunsRemovedPerByte > best.RunsRemovedPerByte ? tier : best;
            }
        }

        return best;
    }

    private static CompactionChoice? PickFold(RunSummary[] patches, CompactionOptions options) => patches.Length > 0
        ? new CompactionChoice(CompactionReason.Fold, patches[..Math.Min(patches.Length, options.MaxRuns)])
        : null;

    // The rewrite leaves no surplus, so the same run is not picked again until newer rows arrive.
    private static CompactionChoice? PickSurplus(RunSummary[] runs, CompactionOptions options)
    {
        if (runs.Length == 0)
        {
            return null;
        }

        RunSummary most = runs.MaxBy(run => run.SurplusShare);
        return most.SurplusShare >= options.MinSurplusShare ? new CompactionChoice(CompactionReason.Surplus, [most]) : null;
    }
}
