using System.Diagnostics;
using Signals.Bench.Candidates;
using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>What the machine could do at best: move the same bytes and do nothing else.</summary>
internal static class Ceilings
{
    /// <summary>
    /// The bytes of an event in plain columns: user 8, time 8, id 8, item 8, surface 1, action 4, dwell 4. The type belongs to
    /// the batch.
    /// </summary>
    public const int EventBytes = 41;

    /// <summary>
    /// The events per second of write() calls with one batch of plain events each, into a new file, without sync.
    /// </summary>
    public static double Write(EventLog log, string path)
    {
        byte[] batch = new byte[EventBytes * ICandidate.BatchRows];
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
    public static double Sync(string path)
    {
        const int Rounds = 500;
        byte[] batch = new byte[EventBytes * ICandidate.BatchRows];
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
    /// The reads per second when a read copies the newest rows of a user's seven columns (time, id, type, item, surface, action,
    /// dwell: 35 bytes a row) into the answer, from uncompressed memory that is sorted by user.
    /// </summary>
    public static double Copy(EventLog log, UserIndex index, uint[] users)
    {
        int[] widths = [8, 8, 2, 8, 1, 4, 4];
        byte[][] columns = [.. widths.Select(width => new byte[width * log.Count])];
        foreach (byte[] column in columns)
        {
            column.AsSpan().Fill(1);
        }

        byte[][] answer = [.. widths.Select(width => new byte[width * ICandidate.ReadRows])];
        CopyAll(columns, answer, widths, index, users);
        long begin = Stopwatch.GetTimestamp();
        CopyAll(columns, answer, widths, index, users);
        return users.Length / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static void CopyAll(byte[][] columns, byte[][] answer, int[] widths, UserIndex index, uint[] users)
    {
        foreach (uint user in users)
        {
            int start = index.StartOf(user);
            int rows = Math.Min(index.CountOf(user), ICandidate.ReadRows);
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i].AsSpan(start * widths[i], rows * widths[i]).CopyTo(answer[i]);
            }
        }
    }
}
