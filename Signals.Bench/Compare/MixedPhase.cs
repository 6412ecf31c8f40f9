using System.Diagnostics;
using Signals.Bench.Candidates;
using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>
/// One thread appends as fast as it can while another one reads. It starts with an empty store, so that flushes and merges happen
/// at the same time.
/// </summary>
internal static class MixedPhase
{
    /// <summary>Measures the rate of the appends, and the percentiles of the reads until the appends ended.</summary>
    public static void Run(ICandidate candidate, EventLog log, uint[] users, Dictionary<string, double> figures)
    {
        PhaseClock clock = PhaseClock.Start();
        Task ingest = Task.Factory.StartNew(() => candidate.Ingest(log, producers: 1), TaskCreationOptions.LongRunning);
        List<long> ticks = new(4_000_000);
        for (int i = 0; !ingest.IsCompleted; i = (i + 1) % users.Length)
        {
            long start = Stopwatch.GetTimestamp();
            candidate.Read(users[i], ReadShape.OneType);
            ticks.Add(Stopwatch.GetTimestamp() - start);
        }

        ingest.GetAwaiter().GetResult();
        figures["mixed_ingest"] = log.Count / clock.Elapsed.TotalSeconds / 1e6;
        ticks.Sort();
        figures["mixed_reads"] = ticks.Count / clock.Elapsed.TotalSeconds / 1e3;
        figures["mixed_p50"] = Percentile(0.5);
        figures["mixed_p99"] = Percentile(0.99);
        figures["mixed_p999"] = Percentile(0.999);
        Console.WriteLine(
            $"   mixed: {figures["mixed_ingest"]:F2} M ev/s in, {ticks.Count:N0} reads, p99.9 {figures["mixed_p999"]:F1} us");

        double Percentile(double quantile) => ticks.Count == 0
            ? double.NaN
            : ticks[(int)(quantile * (ticks.Count - 1))] * 1e6 / Stopwatch.Frequency;
    }
}
