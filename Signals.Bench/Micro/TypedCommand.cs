using System.Diagnostics;
using System.Globalization;

namespace Signals.Bench.Micro;

/// <summary>
/// Typed events against the same work by hand, in turns, so that both see the same machine, by the processor time of the thread. Prints
/// the medians and the median of the ratios of neighbouring rounds.
/// </summary>
internal static class TypedCommand
{
    public const string Usage = "typed [ROUNDS]   typed events against the same work by hand, in pairs (60 rounds)";

    private const int MillisecondsPerRound = 50;

    public static int Run(string[] arguments)
    {
        int rounds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 60;
        TypedEventBenchmarks work = new();
        work.Open();
        try
        {
            Console.WriteLine($"{"",-28}{"by hand",12}{"typed",12}{"typed / by hand",20}");
            Compare(
                "fill a batch, an event", rounds, TypedEventBenchmarks.BatchEvents, ThreadTime.Now,
                () => work.FillByHand(), () => work.FillTyped());
            Compare("append one and wait", rounds, 1, PassedTime, () => work.AppendByHand(), () => work.AppendTyped());
            Compare("read 100, look at none", rounds, 1, ThreadTime.Now, () => work.ReadByHand(), () => work.ReadTyped());
            Compare("read 100 as events", rounds, 1, ThreadTime.Now, () => work.EventsByHand(), () => work.EventsTyped());
            Compare("100 with vectors as rows", rounds, 1, ThreadTime.Now, () => work.RowsByHand(), () => work.RowsTyped());
            Compare("100 with vectors as events", rounds, 1, ThreadTime.Now, () => work.LooksByHand(), () => work.LooksTyped());
        }
        finally
        {
            work.Close();
        }

        return 0;
    }

    private static void Compare(string what, int rounds, int operations, Func<long> clock, Action byHand, Action typed)
    {
        List<double> hand = [];
        List<double> own = [];
        List<double> ratios = [];
        for (int round = -10; round < rounds; round++)
        {
            // Each side goes first in half of the rounds.
            bool handFirst = round % 2 == 0;
            double first = Time(handFirst ? byHand : typed, clock);
            double second = Time(handFirst ? typed : byHand, clock);
            if (round >= 0)
            {
                hand.Add((handFirst ? first : second) / operations);
                own.Add((handFirst ? second : first) / operations);
                ratios.Add(own[^1] / hand[^1]);
            }
        }

        ratios.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-28}{Median(hand),9:F1} ns{Median(own),9:F1} ns{Median(ratios),10:F3} "
            + $"({ratios[ratios.Count / 4]:F3} to {ratios[ratios.Count * 3 / 4]:F3})"));
    }

    /// <summary>Nanoseconds of one call.</summary>
    private static double Time(Action call, Func<long> clock)
    {
        long calls = 0;
        long start = Stopwatch.GetTimestamp();
        long began = clock();
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < MillisecondsPerRound)
        {
            for (int i = 0; i < 16; i++)
            {
                call();
            }

            calls += 16;
        }

        return (double)(clock() - began) / calls;
    }

    // Of an append the most is waiting for the thread that writes the log.
    private static long PassedTime() => (long)Stopwatch.GetElapsedTime(0).TotalNanoseconds;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
