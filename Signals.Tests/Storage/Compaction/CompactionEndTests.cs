using CsCheck;
using Signals.Storage.Compaction;
using Signals.Storage.Primitives;

namespace Signals.Tests.Storage.Compaction;

/// <summary>Picking and merging ends, however little a table should hold, however few runs are worth a merge and however wrong a division is guessed.</summary>
internal sealed class CompactionEndTests
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    // A merge may divide what it reads into as many tables as there are windows, and each of them may meet others: so many merges are possible, but
    // no row goes the same way twice.
    private const int TooMany = 3000;

    [Test]
    public void Pick_AnyRunsAndTinyTables_Ends() =>
        Gen.Select(Gen.Int, Gen.Int[2, 4], Gen.Int[0, 5], Gen.Int[0, 2]).Sample(
            (seed, minRuns, size, guess) => Assert.That(Merges(seed, minRuns, size, guess), Is.LessThan(TooMany)), iter: 300);

    // How many merges it takes until there is nothing to do; stops when there are far too many.
    private static int Merges(int seed, int minRuns, int size, int guess)
    {
        Random random = new(seed);
        CompactionOptions options = new()
        {
            MinRuns = minRuns,
            MaxRuns = minRuns + random.Next(10),
            SmallRunBytes = random.Next(3) * 500,
            WindowBytes = size switch { 0 => 0, 1 => 1, 2 => 300, 3 => 900, 4 => 3000, _ => 20_000 },
        };
        CompactionIndex index = new(options);
        Dictionary<ulong, long[]> rows = [];
        ulong next = 1;
        for (int i = random.Next(2, 16); i > 0; i--)
        {
            long span = random.Next(4) switch { 0 => 1, 1 => 24, 2 => 1000, _ => 20_000 };
            Add([.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => (random.NextInt64(span) - random.Next(100)) * 3_600_000L)]);
        }

        int merges = 0;
        while (merges < TooMany && index.Pick([long.MinValue]) is { } plan)
        {
            merges++;
            long[] all = [.. plan.Tables.SelectMany(number => rows[number]).Order()];
            long[] starts = Starts(plan, all, options, random, guess);
            foreach (ulong number in plan.Tables)
            {
                index.Remove(number);
                rows.Remove(number);
            }

            foreach (IGrouping<int, long> part in all.GroupBy(time => starts.Count(start => start <= time)))
            {
                Add([.. part]);
            }
        }

        return merges;

        void Add(long[] times)
        {
            rows.Add(next, times);
            index.Set(new CompactionRun
            {
                Number = next++,
                Window = Window,
                MinTime = times.Min(),
                MaxTime = times.Max(),
                Bytes = 400 + (20L * times.Length),
            });
        }
    }

    // As a merge divides: by what the directories say, which may leave windows out or weigh them wrongly.
    private static long[] Starts(CompactionPlan plan, long[] all, CompactionOptions options, Random random, int guess)
    {
        if (plan.Cuts is { } cuts)
        {
            return [.. cuts];
        }

        if (TimeWindow.StartOf(all[0], Window) == TimeWindow.StartOf(all[^1], Window) || plan.InputBytes <= 2 * options.WindowBytes)
        {
            return [];
        }

        WindowHistogram histogram = new(Window);
        foreach (long time in all)
        {
            if (guess == 0 || random.Next(2) == 0)
            {
                histogram.Add(time, guess == 2 ? random.Next(200) : 20);
            }
        }

        int most = plan.Reason == CompactionReason.Small ? Math.Max(1, plan.Tables.Count / 2) : WindowCut.MostTables;
        return WindowCut.Of(histogram, Window, options.WindowBytes, Math.Min(most, WindowCut.MostTables));
    }
}
