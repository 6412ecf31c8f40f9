using System.Diagnostics;
using Signals.Bench.Compare;

namespace Signals.Tests.Bench;

/// <summary>The percentiles that the benchmark harness reports.</summary>
[Category("Fast")]
internal sealed class BenchHistogramTests
{
    [Test]
    public void Percentile_OfKnownDurations_IsAtMostOnePartIn128Above()
    {
        LatencyHistogram one = new();
        LatencyHistogram other = new();
        long[] ticks = [.. Enumerable.Range(1, 10_000).Select(i => (long)i * i)];
        foreach (long tick in ticks)
        {
            (tick % 2 == 0 ? one : other).Add(tick);
        }

        one.Add(other);
        Assert.That(one.Count, Is.EqualTo(ticks.Length));
        foreach (double quantile in (double[])[0.01, 0.5, 0.99, 0.999, 1])
        {
            double exact = ticks[(int)Math.Ceiling(quantile * ticks.Length) - 1] * 1e6 / Stopwatch.Frequency;
            Assert.That(one.Percentile(quantile), Is.InRange(exact, exact * (1 + (1 / 128.0))), $"{quantile}");
        }
    }

    [Test]
    public void Percentile_OfNothing_IsNotANumber() => Assert.That(new LatencyHistogram().Percentile(0.5), Is.NaN);

    // A machine that was suspended must not end a run of hours.
    [Test]
    public void Add_OfDaysAndOfNothing_IsCounted()
    {
        LatencyHistogram histogram = new();
        histogram.Add(Stopwatch.Frequency * 1_000_000);
        histogram.Add(0);
        Assert.That(histogram.Count, Is.EqualTo(2));
        Assert.That(histogram.Percentile(1), Is.EqualTo(3.6e9).Within(1).Percent);
    }
}
