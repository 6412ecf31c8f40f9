using Signals.Storage.Primitives;

namespace Signals.Storage.Compaction;

/// <summary>
/// The runs of events of one type that hold less than half of what a table should, and which of them to merge. It picks runs of
/// similar size in the shortest range that holds enough of them. So runs that are far apart in time stay apart while there are
/// enough of them, and few runs are left, however many windows hold a little. Thread contract: one thread. Adding or removing a
/// run takes one step per level.
/// </summary>
/// <remarks>
/// A merge of runs below half a table writes at most as many tables as there is data for, so it leaves at least one run fewer,
/// and picking ends. Runs below <see cref="CompactionOptions.SmallRunBytes"/> cost little memory, so many of them are merged at
/// once when there are many.
/// </remarks>
internal sealed class SmallRuns(CompactionOptions options)
{
    private const int Levels = 65;
    private const int ManyTimes = 4;

    private readonly Dictionary<int, SizeClass> _classes = [];

    /// <summary>Whether a run belongs here.</summary>
    public static bool Takes(in RunSummary run, CompactionOptions options) =>
        run.Kind == Signals.Storage.Tables.RunKind.Events && !run.IsFull
            && !run.IsPlaced && !run.IsSettled && run.Bytes < options.WindowBytes / 2;

    /// <summary>Adds a run.</summary>
    public void Add(in RunSummary run)
    {
        int size = SizeOf(run);
        if (!_classes.TryGetValue(size, out SizeClass? of))
        {
            of = new SizeClass(options.MinRuns, size == 0 ? ManyTimes * options.MaxRuns : options.MaxRuns);
            _classes.Add(size, of);
        }

        of.Runs.Add(run);
        of.Count(run, 1);
    }

    /// <summary>Removes a run.</summary>
    public void Remove(in RunSummary run)
    {
        SizeClass of = _classes[SizeOf(run)];
        of.Runs.Remove(run);
        of.Count(run, -1);
    }

    /// <summary>The next merge, or null. The smallest runs come first.</summary>
    public CompactionChoice? Pick()
    {
        foreach ((_, SizeClass of) in _classes.OrderBy(pair => pair.Key))
        {
            if (of.Take() is { } runs)
            {
                return new CompactionChoice(CompactionReason.Small, runs);
            }
        }

        return null;
    }

    private int SizeOf(in RunSummary run) => run.Bytes <= options.SmallRunBytes
        ? 0
        : 1 + (int)Math.Log((double)run.Bytes / Math.Max(1, options.SmallRunBytes), Math.Max(2, options.SizeRatio));

    /// <summary>Runs of similar size, and how many of them each range of windows holds.</summary>
    private sealed class SizeClass(int enough, int most)
    {
        private static readonly Comparer<(int Level, ulong Range)> ShortestNewest = Comparer<(int Level, ulong Range)>.Create(
            static (a, b) => a.Level != b.Level ? a.Level.CompareTo(b.Level) : b.Range.CompareTo(a.Range));

        private readonly Dictionary<(int Level, ulong Range), int> _counts = [];
        private readonly SortedSet<(int Level, ulong Range)> _enough = new(ShortestNewest);
        private readonly SortedSet<(int Level, ulong Range)> _many = new(ShortestNewest);

        public SortedSet<RunSummary> Runs { get; } = new(Comparer<RunSummary>.Create(static (a, b) =>
            a.FirstWindow != b.FirstWindow ? a.FirstWindow.CompareTo(b.FirstWindow) : a.Number.CompareTo(b.Number)));

        public void Count(in RunSummary run, int change)
        {
            ulong first = run.FirstWindow;
            for (int level = run.Level; level < Levels; level++)
            {
                (int, ulong) key = (level, TimeWindow.RangeOf(first, level));
                int before = _counts.GetValueOrDefault(key);
                int after = before + change;
                Move(_enough, key, before >= enough, after >= enough);
                Move(_many, key, before >= most, after >= most);
                if (after == 0)
                {
                    _counts.Remove(key);
                }
                else
                {
                    _counts[key] = after;
                }
            }
        }

        // Takes the shortest range that fills a whole merge, or else the shortest with enough runs for one. Among equal ranges it
        // takes the newest.
        public RunSummary[]? Take()
        {
            SortedSet<(int Level, ulong Range)> from = _many.Count > 0 ? _many : _enough;
            if (from.Count == 0)
            {
                return null;
            }

            (int level, ulong range) = from.Min;
            ulong start = level < 64 ? range << level : 0;
            ulong last = level < 64 ? start + ((1UL << level) - 1) : ulong.MaxValue;
            RunSummary low = Bound(start, 0);
            RunSummary high = Bound(last, ulong.MaxValue);
            return [.. Runs.GetViewBetween(low, high).Where(run => run.LastWindow <= last).Take(most)];
        }

        // With windows of one millisecond, the number of a window is a time.
        private static RunSummary Bound(ulong window, ulong number)
        {
            long time = (long)(window ^ (1UL << 63));
            return new RunSummary { Number = number, Window = TimeSpan.FromMilliseconds(1), MinTime = time, MaxTime = time };
        }

        private static void Move(SortedSet<(int Level, ulong Range)> set, (int Level, ulong Range) key, bool was, bool isNow)
        {
            if (was != isNow)
            {
                _ = isNow ? set.Add(key) : set.Remove(key);
            }
        }
    }
}
