using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Signals.Bench.Compare;
using Signals.Bench.Serving;
using Signals.Serving;

namespace Signals.Bench.Tenants;

/// <summary>
/// Measures what a bad neighbour costs another tenant. The tenant reads at a steady pace, alone and next to each kind of
/// neighbour, in rounds that take turns. A ratio compares a round next to the neighbour with the rounds alone before and after
/// it.
/// </summary>
internal sealed class NoisyCommand(int rounds, int reads, string path)
{
    private const int Users = 1000;
    private const int PerType = 400;
    private static readonly TimeSpan Pace = TimeSpan.FromMicroseconds(500);
    private static readonly double[] Quantiles = [0.5, 0.99, 0.999];

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("noisy", "Measure what a bad neighbour costs another tenant.");
        Option<int> rounds = command.Number("--rounds", 9, "How many rounds.");
        Option<int> reads = command.Number("--reads", 3000, "The reads of a round.");
        Option<string> path = command.Folder();
        return command.Does(line =>
            new NoisyCommand(line.GetValue(rounds), line.GetValue(reads), line.GetRequiredValue(path)).Run());
    }

    public int Run()
    {
        string folder = Path.Combine(path, $"signals-noisy-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            using SignalStore store = ServingStore.Open(folder, Users, PerType, embeddingIsStored: false);
            store.Tenants.Register("bench", new TenantOptions { MaxConcurrency = 8 });
            Measure(store);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private void Measure(SignalStore store)
    {
        NeighbourKind[] kinds = Enum.GetValues<NeighbourKind>();
        Dictionary<NeighbourKind, List<double[]>> beside = kinds.ToDictionary(kind => kind, _ => new List<double[]>());
        Dictionary<NeighbourKind, string> did = [];
        List<double[]> alone = [];
        Time(store, NeighbourKind.Nothing, out _);
        for (int round = 0; round < rounds; round++)
        {
            double[] before = Time(store, NeighbourKind.Nothing, out _);
            foreach (NeighbourKind kind in kinds)
            {
                double[] with = Time(store, kind, out string work);
                double[] after = Time(store, NeighbourKind.Nothing, out _);
                beside[kind].Add([.. with.Select((value, i) => value / Math.Sqrt(before[i] * after[i]))]);
                did[kind] = work;
                alone.Add(after);
                before = after;
            }
        }

        Console.WriteLine(
            $"{rounds} rounds of {reads} reads, one in {Pace.TotalMicroseconds:F0} us; "
            + $"median (least..most) of the rounds, {Environment.ProcessorCount} processors");
        Console.WriteLine($"{"alone, us",-12}{Line(alone)}");
        Console.WriteLine("beside, as a multiple of alone");
        foreach (NeighbourKind kind in kinds)
        {
            Console.WriteLine($"{kind.ToString().ToLowerInvariant(),-12}{Line(beside[kind])}  {did[kind]}");
        }
    }

    private static string Line(List<double[]> rounds) => string.Concat(Quantiles.Select((quantile, i) => string.Create(
        CultureInfo.InvariantCulture, $"  p{quantile * 100:0.#} {Spread.Of(rounds.Select(round => round[i])),-22}")));

    /// <summary>The quantiles of the reads of one round, in microseconds.</summary>
    private double[] Time(SignalStore store, NeighbourKind kind, out string work)
    {
        Random random = new(2);
        long[] ticks = new long[reads];
        int collections = GC.CollectionCount(0);
        using Neighbour neighbour = new(store, kind, Users);
        long next = Stopwatch.GetTimestamp();
        for (int i = 0; i < reads; i++)
        {
            while (Stopwatch.GetTimestamp() < next)
            {
                Thread.SpinWait(10);
            }

            next += Pace.Ticks * Stopwatch.Frequency / TimeSpan.TicksPerSecond;
            UserId user = UserId.From((ulong)random.Next(Users) + 1);
            long start = Stopwatch.GetTimestamp();
            store.Read(user, ServingStore.Definition).Dispose();
            ticks[i] = Stopwatch.GetTimestamp() - start;
        }

        work = $"{neighbour.Admitted} let in, {neighbour.Refused} refused, {GC.CollectionCount(0) - collections} collections";
        Array.Sort(ticks);
        return [.. Quantiles.Select(quantile => ticks[(int)(quantile * (reads - 1))] * 1e6 / Stopwatch.Frequency)];
    }
}
