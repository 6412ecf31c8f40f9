namespace Signals.Dashboard.Sampling;

/// <summary>What a sample holds, in order, and how it follows from two states of the counters. Pure.</summary>
internal static class SampleSeries
{
    /// <summary>The names, as the JSON has them. Rates are per second, shares are 0 to 1, latencies are microseconds.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "time_ms", "events", "rejected", "reads", "read_p50_us", "read_p99_us", "read_p999_us", "fresh_p50_us", "fresh_p99_us",
        "ring_used_share", "stall_share", "log_bytes", "flush_bytes", "compaction_read_bytes", "compaction_written_bytes",
        "cache_hit_share", "memtable_bytes", "cache_bytes", "head_bytes", "directory_bytes", "tables",
    ];

    /// <summary>The values of one sample; NaN where there is none.</summary>
    /// <param name="at">When the newer state was taken.</param>
    /// <param name="seconds">The time between the states, more than 0.</param>
    /// <param name="before">The older state.</param>
    /// <param name="now">The newer state.</param>
    /// <param name="timings">What was timed in between; null when nothing is timed.</param>
    public static double[] Between(
        DateTimeOffset at, double seconds, StoreStats before, StoreStats now, (LatencyInterval Reads, LatencyInterval Fresh)? timings)
    {
        LatencyInterval none = new(0, double.NaN, double.NaN, double.NaN);
        LatencyInterval reads = timings?.Reads ?? none;
        LatencyInterval fresh = timings?.Fresh ?? none;
        long hits = now.BlockCacheHits - before.BlockCacheHits;
        long requests = hits + now.BlockCacheMisses - before.BlockCacheMisses;
        return
        [
            at.ToUnixTimeMilliseconds(),
            Rate(now.EventsApplied, before.EventsApplied),
            Rate(now.EventsRejected, before.EventsRejected),
            timings is null ? double.NaN : reads.Count / seconds,
            reads.P50, reads.P99, reads.P999, fresh.P50, fresh.P99,
            now.RingBytes > 0 ? (double)now.RingUsedBytes / now.RingBytes : 0,
            Math.Min(1, (now.WriteStallTime - before.WriteStallTime).TotalSeconds / seconds),
            Rate(now.LogBytesWritten, before.LogBytesWritten),
            Rate(now.FlushBytesWritten, before.FlushBytesWritten),
            Rate(now.CompactionBytesRead, before.CompactionBytesRead),
            Rate(now.CompactionBytesWritten, before.CompactionBytesWritten),
            requests > 0 ? (double)hits / requests : double.NaN,
            now.MemTableBytes, now.BlockCacheBytes, now.HeadBytes, now.DirectoryBytes, now.Tables,
        ];

        double Rate(long newer, long older) => Math.Max(0, newer - older) / seconds;
    }
}
