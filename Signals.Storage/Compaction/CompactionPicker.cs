using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>
/// Decides what to compact next: a pure function of the runs, so that a decision can be replayed from a log line.
/// Any thread. Merging is order-independent, so any runs of one (type, window) may be merged; windows never mix.
/// Nothing to do gives null, so picking and executing until null always ends.
/// </summary>
/// <remarks>
/// Size-tiered as in Cassandra: runs of similar size are merged, so a row is rewritten about log(window / flush) times.
/// Precedence is that of <see cref="CompactionReason"/>. Between windows the one with most runs goes first, because each
/// read of it pays for each run; then the newer one, because reads start there.
/// </remarks>
internal static class CompactionPicker
{
    /// <summary>The most valuable piece of work, or null.</summary>
    /// <param name="runs">All tables of the version, in any order.</param>
    /// <param name="options">When to merge.</param>
    /// <param name="oldestKept">Oldest event time kept, by event type id; see <see cref="Retention"/>.</param>
    /// <param name="full">
    /// Whether one run per window is wanted. Keep <paramref name="oldestKept"/> fixed until the request is done.
    /// </param>
    public static CompactionPlan? Pick(
        IReadOnlyList<CompactionRun> runs, CompactionOptions options, ReadOnlySpan<long> oldestKept, bool full = false)
    {
        List<Window> windows = GroupByWindow(runs);
        Choice? choice = PickExpired(runs, windows, oldestKept)
            ?? Best(windows, window => PickOverloaded(window, options))
            ?? Best(windows, window => window.Patches.Length >= options.MinRuns ? PickFold(window, options) : null)
            ?? Best(windows, window => PickTier(window, options))
            ?? Best(windows, window => PickFold(window, options));
        if (choice is null && full)
        {
            long[] kept = oldestKept.ToArray();
            choice = Best(windows, window => PickFull(window, options, kept));
        }

        choice ??= Best(windows, window => PickErased(window, options))
            ?? Best(windows, window => PickSurplus(window, full ? double.Epsilon : options.MinSurplusShare));
        return choice?.ToPlan(oldestKept);
    }

    private static List<Window> GroupByWindow(IReadOnlyList<CompactionRun> runs) =>
    [
        .. runs.GroupBy(run => (run.EventType, run.WindowStart))
            .Select(group => new Window(
                group.Key.EventType,
                group.Key.WindowStart,
                [.. group.Where(run => run.Kind == RunKind.Events).OrderBy(run => run.Bytes).ThenBy(run => run.Number)],
                [.. group.Where(run => run.Kind == RunKind.Patches && run.IsDue).OrderBy(run => run.Number)]))
            .OrderByDescending(window => window.Runs.Length)
            .ThenByDescending(window => window.Start)
            .ThenBy(window => window.EventType),
    ];

    private static Choice? Best(List<Window> windows, Func<Window, Choice?> pick) =>
        windows.Select(pick).FirstOrDefault(choice => choice is not null);

    // All at once: one commit, and nothing is read.
    private static Choice? PickExpired(IReadOnlyList<CompactionRun> runs, List<Window> windows, ReadOnlySpan<long> oldestKept)
    {
        foreach (Window window in windows)
        {
            ushort type = window.EventType;
            long kept = oldestKept[type];
            CompactionRun[] expired =
            [
                .. runs.Where(run => run.EventType == type && run.MaxTime < kept)
                    .OrderBy(run => run.WindowStart),
            ];
            if (expired.Length > 0)
            {
                return new Choice(CompactionReason.Expired, expired);
            }
        }

        return null;
    }

    // Sizes that never come together, such as a geometric row, must not let the runs grow without bound.
    private static Choice? PickOverloaded(Window window, CompactionOptions options) =>
        window.Runs.Length >= options.MaxRuns
            ? PickTier(window, options, CompactionReason.Overloaded)
                ?? new Choice(CompactionReason.Overloaded, window.Runs[..options.MinRuns])
            : null;

    private static Choice? PickErased(Window window, CompactionOptions options)
    {
        CompactionRun[] erased =
        [
            .. window.Runs.Where(run => run.ErasedUsers > 0)
                .OrderByDescending(run => (double)run.ErasedUsers / Math.Max(1, run.Bytes))
                .ThenBy(run => run.Number)
                .Take(options.MaxRuns),
        ];
        return erased.Length > 0 ? new Choice(CompactionReason.Erasure, erased) : null;
    }

    // Of all slices of similar size, the one that removes most runs per byte rewritten.
    private static Choice? PickTier(
        Window window, CompactionOptions options, CompactionReason reason = CompactionReason.Tier)
    {
        Choice? best = null;
        for (int start = 0; start + options.MinRuns <= window.Runs.Length; start++)
        {
            int count = SimilarRuns(window.Runs.AsSpan(start), options);
            if (count >= options.MinRuns)
            {
                var tier = new Choice(reason, window.Runs[start..(start + count)]);
                best = best is null || tier.RunsRemovedPerByte > best.RunsRemovedPerByte ? tier : best;
            }
        }

        return best;
    }

    private static int SimilarRuns(ReadOnlySpan<CompactionRun> ascending, CompactionOptions options)
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

    private static Choice? PickFold(Window window, CompactionOptions options) => window.Patches.Length > 0
        ? new Choice(CompactionReason.Fold, window.Patches[..Math.Min(window.Patches.Length, options.MaxRuns)])
        : null;

    private static Choice? PickFull(Window window, CompactionOptions options, long[] oldestKept)
    {
        bool holdsExpired = window.Runs.Any(run => run.MinTime < oldestKept[run.EventType]);
        bool hasColumnFiles = window.Runs.Any(run => run.ColumnFiles > 0);

        // What other parts of the file held of the erased and the expired goes only with the file.
        bool isInSegment = window.Runs.Any(run => run.IsInSegment);
        return window.Runs.Length > 1 || holdsExpired || hasColumnFiles || isInSegment
            ? new Choice(CompactionReason.Full, window.Runs[..Math.Min(window.Runs.Length, options.MaxRuns)])
            : null;
    }

    // The rewrite leaves no surplus, so the same run does not come back until newer rows arrived.
    private static Choice? PickSurplus(Window window, double least)
    {
        if (window.Runs.Length == 0)
        {
            return null;
        }

        CompactionRun most = window.Runs.MaxBy(run => run.SurplusShare);
        return most.SurplusShare >= least ? new Choice(CompactionReason.Surplus, [most]) : null;
    }

    /// <summary>The runs of one (type, window): those of events, smallest first, and the patches that are due, oldest first.</summary>
    private sealed record Window(ushort EventType, long Start, CompactionRun[] Runs, CompactionRun[] Patches);

    private sealed record Choice(CompactionReason Reason, CompactionRun[] Runs)
    {
        private long Bytes => Runs.Sum(run => run.Bytes);

        public double RunsRemovedPerByte => (Runs.Length - 1) / (double)Math.Max(1, Bytes);

        public CompactionPlan ToPlan(ReadOnlySpan<long> oldestKept) => new(
            Reason,
            Runs[0].EventType,
            Runs[0].WindowStart,
            [.. Runs.Select(run => run.Number).Order()],
            Bytes,
            oldestKept[Runs[0].EventType]);
    }
}
