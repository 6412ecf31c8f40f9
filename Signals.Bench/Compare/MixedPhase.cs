using System.Diagnostics;
using Signals.Bench.Candidates;

namespace Signals.Bench.Compare;

/// <summary>
/// One thread appends as fast as it can while another one reads. It starts with an empty store, so that flushes and merges happen
/// at the same time.
/// </summary>
internal static class MixedPhase
{
    /// <summary>Measures the rate of the appends, and the percentiles of the reads until the appends ended.</summary>
    public static void Run(ICandidate candidate, EventLog log, ulong[] users, FigureSet figures)
    {
        LatencyHistogram reads = new();
        PhaseClock clock = PhaseClock.Start();
        Task ingest = Task.Factory.StartNew(() => candidate.Ingest(log, producers: 1), TaskCreationOptions.LongRunning);
        for (int i = 0; !ingest.IsCompleted; i = (i + 1) % users.Length)
        {
            long start = Stopwatch.GetTimestamp();
            candidate.Read(users[i], ReadShape.OneType);
            reads.Add(Stopwatch.GetTimestamp() - start);
        }

        ingest.GetAwaiter().GetResult();
        double seconds = clock.Elapsed.TotalSeconds;
        figures.AddUse("mixed_ingest", clock, log.Count);
        figures["mixed_ingest"] = log.Count / seconds / 1e6;
        figures["mixed_reads"] = reads.Count / seconds / 1e3;
        figures["mixed_p50"] = reads.Percentile(0.5);
        figures["mixed_p99"] = reads.Percentile(0.99);
        figures["mixed_p999"] = reads.Percentile(0.999);
        Console.WriteLine(
            $"   mixed: {figures["mixed_ingest"]:F2} M ev/s in, {reads.Count:N0} reads, p99.9 {figures["mixed_p999"]:F1} us");
    }
}
