using System.Diagnostics;
using Signals.Bench.Candidates;

namespace Signals.Bench.Compare;

/// <summary>
/// Reads the given users one after the other on one thread. Warm: once without timing, so that caches and code are warm, once for the
/// rate, and once with a clock around each read for the percentiles. First: once, with that clock, and nothing before.
/// </summary>
internal static class ReadPhase
{
    public static ReadResult Run(ICandidate candidate, ulong[] users, ReadShape shape) => Run(user => candidate.Read(user, shape), users);

    /// <param name="read">Reads one user and returns the number of rows.</param>
    /// <param name="users">The users to read, in this order.</param>
    public static ReadResult Run(Func<ulong, int> read, ulong[] users)
    {
        foreach (ulong user in users)
        {
            read(user);
        }

        PhaseClock clock = PhaseClock.Start();
        foreach (ulong user in users)
        {
            read(user);
        }

        double seconds = clock.Elapsed.TotalSeconds;
        double processor = clock.Processor.TotalMicroseconds / users.Length;
        return RunOnce(read, users) with { PerSecond = users.Length / seconds, Processor = processor };
    }

    /// <summary>Reads the users without a round before: of a user that was not read yet the first read counts, too.</summary>
    public static ReadResult RunFirst(ICandidate candidate, ulong[] users, ReadShape shape) =>
        RunOnce(user => candidate.Read(user, shape), users);

    private static ReadResult RunOnce(Func<ulong, int> read, ulong[] users)
    {
        long rows = 0;
        long[] ticks = new long[users.Length];
        long before = GC.GetAllocatedBytesForCurrentThread();
        PhaseClock clock = PhaseClock.Start();
        for (int i = 0; i < users.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            rows += read(users[i]);
            ticks[i] = Stopwatch.GetTimestamp() - start;
        }

        double seconds = clock.Elapsed.TotalSeconds;
        double processor = clock.Processor.TotalMicroseconds / users.Length;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Array.Sort(ticks);
        return new ReadResult(
            users.Length / seconds,
            processor,
            Microseconds(ticks, 0.5),
            Microseconds(ticks, 0.99),
            Microseconds(ticks, 0.999),
            (double)rows / users.Length,
            (double)allocated / users.Length);
    }

    private static double Microseconds(long[] sorted, double quantile) =>
        sorted[(int)(quantile * (sorted.Length - 1))] * 1e6 / Stopwatch.Frequency;
}
