using System.Diagnostics;
using Signals.Bench.Candidates;

namespace Signals.Bench.Compare;

/// <summary>One thread appends batches of 256 events and waits until each is durable.</summary>
internal static class SyncedPhase
{
    /// <summary>The number of batches of one run.</summary>
    public const int Batches = 2000;

    public static void Run(ICandidate candidate, EventLog log, FigureSet figures)
    {
        int batches = Math.Min(Batches, log.Count / ICandidate.BatchRows);
        long[] ticks = new long[batches];
        PhaseClock clock = PhaseClock.Start();
        for (int batch = 0; batch < batches; batch++)
        {
            long start = Stopwatch.GetTimestamp();
            candidate.Append(log, batch * ICandidate.BatchRows, ICandidate.BatchRows);
            ticks[batch] = Stopwatch.GetTimestamp() - start;
        }

        double seconds = clock.Elapsed.TotalSeconds;
        figures.AddUse("synced", clock, (long)batches * ICandidate.BatchRows);
        Array.Sort(ticks);
        figures["synced"] = batches * ICandidate.BatchRows / seconds / 1e6;
        figures["synced_p50"] = ticks[batches / 2] * 1e6 / Stopwatch.Frequency;
        figures["synced_p99"] = ticks[(int)(0.99 * (batches - 1))] * 1e6 / Stopwatch.Frequency;
        Console.WriteLine($"   synced: {figures["synced"]:F2} M ev/s, ack p50 {figures["synced_p50"]:F0} us");
    }
}
