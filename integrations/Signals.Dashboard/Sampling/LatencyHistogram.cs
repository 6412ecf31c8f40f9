using System.Numerics;

namespace Signals.Dashboard.Sampling;

/// <summary>
/// Counts durations in buckets of a sixteenth of a power of two, in nanoseconds, so a percentile is at most a sixteenth too high.
/// </summary>
/// <remarks>
/// Thread contract: any thread records, one thread takes intervals. Counts are striped by processor, because every read of the host
/// records.
/// </remarks>
internal sealed class LatencyHistogram
{
    private const int StepsPerOctave = 16;
    private const int OctaveBits = 4;
    private const int HighestOctave = 40; // 2^40 ns are 18 minutes; what is longer counts as that.
    private const int Buckets = (HighestOctave - OctaveBits + 2) * StepsPerOctave;

    private readonly long[][] _stripes;
    private readonly long[] _seen = new long[Buckets];

    public LatencyHistogram()
    {
        int stripes = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 16));
        _stripes = [.. Enumerable.Range(0, stripes).Select(_ => new long[Buckets])];
    }

    /// <summary>Counts one duration.</summary>
    /// <param name="seconds">The duration; less than 0 and NaN count as 0.</param>
    public void Record(double seconds)
    {
        long nanoseconds = seconds > 0 ? (long)Math.Min(seconds * 1e9, 1L << HighestOctave) : 0;
        long[] stripe = _stripes[Thread.GetCurrentProcessorId() & (_stripes.Length - 1)];
        Interlocked.Increment(ref stripe[BucketOf(nanoseconds)]);
    }

    /// <summary>What was recorded since the last call.</summary>
    public LatencyInterval TakeInterval()
    {
        long[] counts = new long[Buckets];
        long total = 0;
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            long now = 0;
            foreach (long[] stripe in _stripes)
            {
                now += Volatile.Read(ref stripe[bucket]);
            }

            counts[bucket] = now - _seen[bucket];
            _seen[bucket] = now;
            total += counts[bucket];
        }

        return new LatencyInterval(
            total, Percentile(counts, total, 0.5), Percentile(counts, total, 0.99), Percentile(counts, total, 0.999));
    }

    /// <summary>The bucket of a duration.</summary>
    internal static int BucketOf(long nanoseconds)
    {
        if (nanoseconds < StepsPerOctave)
        {
            return (int)nanoseconds;
        }

        int octave = BitOperations.Log2((ulong)nanoseconds);
        int step = (int)(nanoseconds >> (octave - OctaveBits)) & (StepsPerOctave - 1);
        return ((octave - OctaveBits + 1) * StepsPerOctave) + step;
    }

    /// <summary>The least duration that is above all of a bucket, in nanoseconds.</summary>
    internal static long EndOf(int bucket)
    {
        if (bucket < StepsPerOctave)
        {
            return bucket + 1;
        }

        int octave = (bucket / StepsPerOctave) - 1;
        return (long)(StepsPerOctave + (bucket % StepsPerOctave) + 1) << octave;
    }

    // In microseconds; NaN when nothing was recorded.
    private static double Percentile(long[] counts, long total, double part)
    {
        if (total <= 0)
        {
            return double.NaN;
        }

        long rank = Math.Max(1, (long)Math.Ceiling(total * part));
        long below = 0;
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            below += counts[bucket];
            if (below >= rank)
            {
                return EndOf(bucket) / 1000.0;
            }
        }

        return EndOf(Buckets - 1) / 1000.0;
    }
}
