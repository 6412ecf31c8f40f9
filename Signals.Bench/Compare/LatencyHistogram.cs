using System.Diagnostics;
using HdrHistogram;

namespace Signals.Bench.Compare;

/// <summary>
/// Counts durations with HdrHistogram, to 2 digits: a percentile is at most 1/128 above the duration that it stands for. A phase of any
/// length takes the same memory. Used by one thread.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int Digits = 2;

    /// <summary>The longest duration that is told from longer ones.</summary>
    private static readonly long MostTicks = Stopwatch.Frequency * 3600;

    private readonly LongHistogram _counts = new(1, MostTicks, Digits);

    public LatencyHistogram() => _counts.Reset(); // Touches the memory before any phase begins.

    public long Count => _counts.TotalCount;

    public void Add(long ticks) => _counts.RecordValue(Math.Min(ticks, MostTicks));

    public void Add(LatencyHistogram other) => _counts.Add(other._counts);

    /// <summary>A percentile in microseconds; NaN when there is none.</summary>
    public double Percentile(double quantile) =>
        Count == 0 ? double.NaN : _counts.GetValueAtPercentile(quantile * 100) * 1e6 / Stopwatch.Frequency;
}
