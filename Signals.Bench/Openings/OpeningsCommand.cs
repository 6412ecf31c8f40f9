using System.Diagnostics;
using System.Globalization;
using Signals.Bench.Micro;

namespace Signals.Bench.Openings;

/// <summary>Opens stores in memory one after the other, as a suite of unit tests does, and prints how long an opening takes.</summary>
internal static class OpeningsCommand
{
    public const string Usage = "openings [STORES]   openings of stores in memory, one after the other (2000 stores)";

    private const int Warmups = 200;

    public static int Run(string[] arguments)
    {
        int stores = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 2000;
        StoreSchema schema = StoreSchema.Of<BenchView, BenchLook>();
        List<double> passed = [];
        List<double> worked = [];
        List<double> closed = [];
        for (int i = -Warmups; i < stores; i++)
        {
            long began = Stopwatch.GetTimestamp();
            long beganWork = ThreadTime.Now();
            SignalStore store = SignalStore.InMemory(schema);
            long work = ThreadTime.Now() - beganWork;
            double opening = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
            began = Stopwatch.GetTimestamp();
            store.Dispose();
            if (i >= 0)
            {
                passed.Add(opening);
                worked.Add(work / 1000.0);
                closed.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            }
        }

        Print("opening", passed);
        Print("of it work of its thread", worked);
        Print("closing", closed);
        return 0;
    }

    private static void Print(string what, List<double> microseconds)
    {
        double[] sorted = [.. microseconds.Order()];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-26} median {sorted[sorted.Length / 2],7:F0} us, a tenth below {sorted[sorted.Length / 10],7:F0} us, "
            + $"a tenth above {sorted[sorted.Length * 9 / 10],7:F0} us"));
    }
}
