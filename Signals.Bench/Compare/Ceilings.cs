using System.Diagnostics;
using Signals.Bench.Candidates;
using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>What the machine could do at best: move the same bytes and do nothing else.</summary>
internal static class Ceilings
{
    /// <summary>
    /// The events per second of write() calls with one batch of plain events each, into a new file, without sync.
    /// </summary>
    public static double Write(EventLog log, string path)
    {
        byte[] batch = new byte[log.EventBytes * ICandidate.BatchRows];
        new Random(1).NextBytes(batch);
        using FileStream file = new(
            path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        int batches = log.Count / ICandidate.BatchRows;
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < batches; i++)
        {
            file.Write(batch);
        }

        return (double)batches * ICandidate.BatchRows / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    /// <summary>The median time in microseconds of writing one batch of plain events over zeros and syncing its data.</summary>
    public static double Sync(EventLog log, string path)
    {
        const int Rounds = 500;
        byte[] batch = new byte[log.EventBytes * ICandidate.BatchRows];
        using FileStream file = new(
            path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        for (int i = 0; i < Rounds; i++)
        {
            file.Write(batch);
        }

        file.Flush(flushToDisk: true);
        long[] ticks = new long[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            RandomAccess.Write(file.SafeFileHandle, batch, (long)i * batch.Length);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
            ticks[i] = Stopwatch.GetTimestamp() - start;
        }

        Array.Sort(ticks);
        return ticks[Rounds / 2] * 1e6 / Stopwatch.Frequency;
    }

    /// <summary>
    /// The reads per second when a read copies the newest rows of a user's columns (time, id, type, surface, action, dwell, and the
    /// item where it is a field: 27 or 35 bytes a row) into the answer, from uncompressed memory that is sorted by user.
    /// </summary>
    public static double Copy(EventLog log, UserIndex index, ulong[] users)
    {
        int[] widths = log.Options.Kind == WorkloadKind.Dense ? [8, 8, 2, 8, 1, 4, 4] : [8, 8, 2, 1, 4, 4];
        byte[][] columns = [.. widths.Select(width => new byte[(long)width * log.Count])];
        foreach (byte[] column in columns)
        {
            column.AsSpan().Fill(1);
        }

        byte[][] answer = [.. widths.Select(width => new byte[width * ICandidate.ReadRows])];
        (int Start, int Count)[] ranges = index.RangesOf(users);
        CopyAll(columns, answer, widths, ranges);
        long begin = Stopwatch.GetTimestamp();
        CopyAll(columns, answer, widths, ranges);
        return users.Length / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static void CopyAll(byte[][] columns, byte[][] answer, int[] widths, (int Start, int Count)[] ranges)
    {
        foreach ((int start, int count) in ranges)
        {
            int rows = Math.Min(count, ICandidate.ReadRows);
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i].AsSpan(start * widths[i], rows * widths[i]).CopyTo(answer[i]);
            }
        }
    }
}
