using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Signals.Bench.Compare;
using Signals.Serving;
using Signals.Training;

namespace Signals.Bench.TrainingSets;

/// <summary>
/// What a profile of the features costs a read: the same reads with and without <see cref="FeatureProfiler.Sample"/>, in pairs of short
/// blocks that change the order from pair to pair, so that what drifts meets both alike.
/// </summary>
internal sealed class ProfileCommand(int rows, int width, int every, (int Pairs, int Reads) size, string path)
{
    private const int WarmUp = 10;
    private const double Goal = 0.02;

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("profile", "Measure what a profile of the features costs a read.");
        Option<int> rows = command.Number("--rows", 256, "The rows of a sequence.");
        Option<int> width = command.Number("--width", 64, "The numbers of its vector.");
        Option<int> every = command.Number("--every", 100, "Of how many reads one is sampled.");
        Option<int> pairs = command.Number("--pairs", 400, "How many pairs of blocks.");
        Option<int> reads = command.Number("--reads", 1000, "The reads of a block.");
        Option<string> path = command.Folder();
        return command.Does(line => new ProfileCommand(
            line.GetValue(rows), line.GetValue(width), line.GetValue(every), (line.GetValue(pairs), line.GetValue(reads)),
            line.GetRequiredValue(path)).Run());
    }

    /// <summary>Measures and returns the exit code: 1 when the profile did not see the share of reads that it should.</summary>
    public int Run()
    {
        bool isRight = false;
        BenchFolder.Use(path, folder => isRight = RunIn(folder));
        return isRight ? 0 : 1;
    }

    private bool RunIn(string folder)
    {
        using SetWorkload workload = new(Path.Combine(folder, "store"), rows, width);
        FeatureProfiler profiler = new(SetWorkload.Feed, new FeatureProfilerOptions { Every = every });
        for (int i = 0; i < WarmUp; i++)
        {
            Block(workload.Store, null);
            Block(workload.Store, profiler);
        }

        profiler.Take();
        double[] ratios = new double[size.Pairs];
        (TimeSpan plain, TimeSpan sampled) = (TimeSpan.Zero, TimeSpan.Zero);
        for (int pair = 0; pair < ratios.Length; pair++)
        {
            TimeSpan first = Block(workload.Store, pair % 2 == 0 ? null : profiler);
            TimeSpan second = Block(workload.Store, pair % 2 == 0 ? profiler : null);
            (TimeSpan without, TimeSpan with) = pair % 2 == 0 ? (first, second) : (second, first);
            ratios[pair] = with / without;
            plain += without;
            sampled += with;
        }

        return Report(ratios, plain, sampled, profiler.Take());
    }

    private TimeSpan Block(SignalStore store, FeatureProfiler? profiler)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < size.Reads; i++)
        {
            using ServedSequence sequence = store.Read(SetWorkload.UserOf(i), SetWorkload.Feed);
            profiler?.Sample(sequence);
        }

        return Stopwatch.GetElapsedTime(start);
    }

    private bool Report(double[] ratios, TimeSpan plain, TimeSpan sampled, FeatureProfile? profile)
    {
        long reads = (long)size.Pairs * size.Reads;
        double mean = ratios.Average();
        double deviation = Math.Sqrt(ratios.Sum(ratio => (ratio - mean) * (ratio - mean)) / Math.Max(1, ratios.Length - 1));
        double error = 1.96 * deviation / Math.Sqrt(ratios.Length);
        Array.Sort(ratios);
        double median = ratios[ratios.Length / 2];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{reads:N0} reads of {rows:N0} rows with {width} halves, each with and without: {plain.TotalMicroseconds / reads:F2} us, "
            + $"with a profile of one in {every} {sampled.TotalMicroseconds / reads:F2} us"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"what the profile adds: median {median - 1:+0.00 %;-0.00 %}, mean {mean - 1:+0.00 %;-0.00 %} +- {error:0.00 %} "
            + $"({ratios.Length:N0} pairs); goal {Goal:0 %}: {(median - 1 <= Goal ? "met" : "missed")}"));
        double expected = (double)reads / every;
        bool isRight = profile is not null && Math.Abs(profile.Sequences - expected) <= 5 * Math.Sqrt(expected) + 1;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(isRight ? "" : "WRONG: ")}the profile looked at {profile?.Sequences ?? 0:N0} sequences; {expected:N0} were expected"));
        return isRight;
    }
}
