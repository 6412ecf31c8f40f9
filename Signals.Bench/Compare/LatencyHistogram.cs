using System.Diagnostics;
using System.Numerics;

namespace Signals.Bench.Compare;

/// <summary>
/// Counts durations in buckets whose width is at most 1/128 of the duration, so that a phase of any length takes the same memory.
/// Used by one thread.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int StepBits = 7;
    private const int Steps = 1 << StepBits;

    private readonly long[] _counts = new long[(64 - StepBits + 1) * Steps];

    public LatencyHistogram() => _counts.AsSpan().Clear(); // Touches the memory before any phase begins.

    public long Count { get; private set; }

    public void Add(long ticks)
    {
        _counts[BucketOf(ticks)]++;
        Count++;
    }

    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
    }

    /// <summary>A percentile in microseconds; NaN when there is none.</summary>
    public double Percentile(double quantile)
    {
        long left = (long)(quantile * (Count - 1));
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            left -= _counts[bucket];
            if (left < 0)
            {
                return StartOf(bucket) * 1e6 / Stopwatch.Frequency;
            }
        }

        return double.NaN;
    }

    private static int BucketOf(long ticks)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)ticks) - StepBits);
        return (shift * Steps) + (int)(ticks >> shift);
    }

    private static long StartOf(int bucket)
    {
        int shift = Math.Max(0, (bucket / Steps) - 1);
        return (bucket - ((long)shift * Steps)) << shift;
    }
}
