namespace Signals.Storage.Compaction;

/// <summary>
/// Decides what to compact next: pure functions of the runs, so that a decision can be replayed from a log line.
/// Any thread. Merging is order-independent, so any runs of one type may be merged; types never mix.
/// Nothing to do gives null, so picking and executing until null always ends.
/// </summary>
/// <remarks>
/// Size-tiered as in Cassandra: runs of similar size are merged, so a row is rewritten about log(window / flush) times.
/// Runs of several windows are compared with those that are lined up with them; a merge of them that holds more than a table should divides it by
/// time, so rows come to lie in shorter ranges as there are more of them. Small runs join those that are near in time.
/// Precedence is that of <see cref="CompactionReason"/>. Between groups the one with most runs goes first, because each
/// read of it pays for each run; then the newer one, because reads start there.
/// </remarks>
internal static class CompactionPicker
{
    /// <summary>Of <see cref="GroupReasons"/>: those that come before a full compaction.</summary>
    public const int ReasonsBeforeFull = 4;

    /// <summary>What is looked for in each group of runs lined up with one another, in the order of precedence.</summary>
    public static Func<CompactionRun[], CompactionRun[], CompactionOptions, CompactionChoice?>[] GroupReasons { get; } =
    [
        (runs, _, options) => PickOverloaded(runs, options),
        (_, patches, options) => patches.Length >= options.MinRuns ? PickFold(patches, options) : null,
        (runs, _, options) => PickTier(runs, options, CompactionReason.Tier),
        (_, patches, options) => PickFold(patches, options),
        (runs, _, options) => PickErased(runs, options),
        (runs, _, options) => PickSurplus(runs, options),
    ];

    /// <summary>Of <see cref="GroupReasons"/>: the one that small runs come behind.</summary>
    public const int TierReason = 2;

    /// <summary>The most valuable piece of work, or null.</summary>
    /// <param name="runs">All tables of the version, in any order.</param>
    /// <param name="options">When to merge.</param>
    /// <param name="oldestKept">Oldest event time kept, by event type id; see <see cref="Retention"/>.</param>
    /// <param name="full">
    /// Whether no two runs shall meet in a window. Keep <paramref name="oldestKept"/> fixed until the request is done.
    /// </param>
    public static CompactionPlan? Pick(
        IReadOnlyList<CompactionRun> runs, CompactionOptions options, ReadOnlySpan<long> oldestKept, bool full = false)
    {
        CompactionIndex index = new(full ? options with { MinSurplusShare = double.Epsilon } : options);
        foreach (CompactionRun run in runs)
        {
            index.Set(run);
        }

        return index.Pick(oldestKept, full);
    }

    /// <summary>The first of ascending runs that are of similar size.</summary>
    public static int SimilarRuns(ReadOnlySpan<CompactionRun> ascending, CompactionOptions options)
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

    // Sizes that never come together, such as a geometric row, must not let the runs grow without bound.
    private static CompactionChoice? PickOverloaded(CompactionRun[] runs, CompactionOptions options) =>
        runs.Length >= options.MaxRuns
            ? PickTier(runs, options, CompactionReason.Overloaded)
                ?? new CompactionChoice(CompactionReason.Overloaded, runs[..options.MinRuns])
            : null;

    private static CompactionChoice? PickErased(CompactionRun[] runs, CompactionOptions options)
    {
        CompactionRun[] erased =
        [
            .. runs.Where(run => run.ErasedUsers > 0)
                .OrderByDescending(run => (double)run.ErasedUsers / Math.Max(1, run.Bytes))
                .ThenBy(run => run.Number)
                .Take(options.MaxRuns),
        ];
        return erased.Length > 0 ? new CompactionChoice(CompactionReason.Erasure, erased) : null;
    }

    // Of all slices of similar size, the one that removes most runs per byte rewritten.
    private static CompactionChoice? PickTier(CompactionRun[] runs, CompactionOptions options, CompactionReason reason)
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

    private static CompactionChoice? PickFold(CompactionRun[] patches, CompactionOptions options) => patches.Length > 0
        ? new CompactionChoice(CompactionReason.Fold, patches[..Math.Min(patches.Length, options.MaxRuns)])
        : null;

    // The rewrite leaves no surplus, so the same run does not come back until newer rows arrived.
    private static CompactionChoice? PickSurplus(CompactionRun[] runs, CompactionOptions options)
    {
        if (runs.Length == 0)
        {
            return null;
        }

        CompactionRun most = runs.MaxBy(run => run.SurplusShare);
        return most.SurplusShare >= options.MinSurplusShare ? new CompactionChoice(CompactionReason.Surplus, [most]) : null;
    }
}
