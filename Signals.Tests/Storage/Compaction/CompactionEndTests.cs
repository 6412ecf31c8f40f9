using CsCheck;
using Signals.Storage.Compaction;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Compaction;

/// <summary>
/// Picking and merging ends, however little a table should hold, however few runs are worth a merge and however wrong a division
/// is guessed.
/// </summary>
[Category("Fast")]
internal sealed class CompactionEndTests
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    // A merge may divide what it reads into as many tables as there are windows, and each of them may meet others: so many merges
    // are possible, but no row goes the same way twice.
    private const int TooMany = 3000;

    [Test]
    public void Pick_AnyRunsAndTinyTables_Ends() =>
        Gen.Select(Gen.Int, Gen.Int[2, 4], Gen.Int[0, 5], Gen.Int[0, 2]).Sample(
            (seed, minRuns, size, guess) => Assert.That(Merges(seed, minRuns, size, guess), Is.LessThan(TooMany)), iter: 300);

    /// <summary>
    /// The output of a merge is divided between users where it would exceed what a table may hold, in the background and in full.
    /// </summary>
    [Test]
    public void Pick_TablesThatAreDividedBetweenUsers_Ends([Values] bool full) =>
        Gen.Select(Gen.Int, Gen.Int[2, 4], Gen.Int[0, 3]).Sample(
            (seed, minRuns, users) => Assert.That(DividingMerges(seed, minRuns, users, full), Is.LessThan(TooMany)), iter: 300);

    // Runs of one window, of users with so many rows each. Returns how many merges it takes until there is nothing to do.
    private static int DividingMerges(int seed, int minRuns, int kind, bool full)
    {
        Random random = new(seed);
        CompactionOptions options = new()
        {
            MinRuns = minRuns,
            MaxRuns = minRuns + random.Next(6),
            SmallRunBytes = random.Next(3) * 500,
            WindowBytes = 1000,
        };
        TableLimits limits = kind switch
        {
            0 => TableLimits.Default with { Rows = 2 + random.Next(60) },
            1 => TableLimits.Default with { Users = 2 + random.Next(10) },
            2 => TableLimits.Default with { Bytes = 100 + random.Next(2000) },
            _ => new TableLimits(2 + random.Next(60), 2 + random.Next(10), 100 + random.Next(2000), int.MaxValue),
        };
        RunQueue index = new(options);
        Dictionary<ulong, SortedDictionary<UserId, int>> rows = [];
        ulong next = 1;
        for (int i = random.Next(2, 40); i > 0; i--)
        {
            SortedDictionary<UserId, int> users = [];
            for (int user = random.Next(1, 12); user > 0; user--)
            {
                users[UserId.From((ulong)random.Next(1, 30))] = random.Next(1, random.Next(10) == 0 ? 80 : 8);
            }

            Divide(users, isSettled: false);
        }

        int merges = 0;
        while (merges < TooMany && index.Pick([long.MinValue], full) is { } work)
        {
            merges++;
            SortedDictionary<UserId, int> merged = [];
            foreach ((UserId user, int count) in work.Tables.SelectMany(number => rows[number]))
            {
                merged[user] = merged.GetValueOrDefault(user) + count;
            }

            foreach (ulong number in work.Tables)
            {
                index.Remove(number);
                rows.Remove(number);
            }

            Divide(merged, isSettled: work.Reason == CompactionReason.Full && work.Cuts is null);
        }

        Assert.That(
            !full || rows.Values.SelectMany(users => users.Keys).GroupBy(user => user).All(user => user.Count() == 1),
            "of a full compaction each user lies in one run");
        return merges;

        void Divide(SortedDictionary<UserId, int> users, bool isSettled)
        {
            SortedDictionary<UserId, int> table = [];
            foreach ((UserId user, int count) in users)
            {
                if (table.Count > 0 && (table.Count >= limits.Users || table.Values.Sum() + count > limits.Rows
                    || BytesOf(table) >= limits.Bytes))
                {
                    Add(table, isSettled);
                    table = [];
                }

                table[user] = count;
            }

            Add(table, isSettled);
        }

        void Add(SortedDictionary<UserId, int> users, bool isSettled)
        {
            TableMeta meta = new()
            {
                Number = next,
                EventType = 0,
                WindowStart = 0,
                MinTime = 0,
                MaxTime = 9,
                Rows = users.Values.Sum(),
                Users = users.Count,
                FileLength = BytesOf(users),
                FileChecksum = 0,
                NewestInserted = 9,
            };
            rows.Add(next++, users);
            index.Set(RunSummary.Describe(meta, Window, 0) with
            {
                IsFull = limits.IsFull(meta, 0),
                IsSettled = isSettled,
                IsPlaced = isSettled,
                Users = (users.Keys.First(), users.Keys.Last()),
            });
        }
    }

    private static long BytesOf(SortedDictionary<UserId, int> users) => 50 + (20L * users.Values.Sum());

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
        RunQueue index = new(options);
        Dictionary<ulong, long[]> rows = [];
        ulong next = 1;
        for (int i = random.Next(2, 16); i > 0; i--)
        {
            long span = random.Next(4) switch { 0 => 1, 1 => 24, 2 => 1000, _ => 20_000 };
            Add([.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => (random.NextInt64(span) - random.Next(100)) * 3_600_000L)]);
        }

        int merges = 0;
        while (merges < TooMany && index.Pick([long.MinValue]) is { } work)
        {
            merges++;
            long[] all = [.. work.Tables.SelectMany(number => rows[number]).Order()];
            long[] starts = Starts(work, all, options, random, guess);
            foreach (ulong number in work.Tables)
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
            index.Set(new RunSummary
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
    private static long[] Starts(CompactionWork work, long[] all, CompactionOptions options, Random random, int guess)
    {
        if (work.Cuts is { } cuts)
        {
            return [.. cuts];
        }

        if (TimeWindow.StartOf(all[0], Window) == TimeWindow.StartOf(all[^1], Window) || work.InputBytes <= 2 * options.WindowBytes)
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

        int most = work.Reason == CompactionReason.Small ? Math.Max(1, work.Tables.Count / 2) : WindowCut.MostTables;
        return WindowCut.FindCuts(histogram, Window, options.WindowBytes, Math.Min(most, WindowCut.MostTables));
    }
}
