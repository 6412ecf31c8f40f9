using Signals.Dashboard.Sampling;

namespace Signals.Tests.Dashboard;

/// <summary>Percentiles of the page's charts.</summary>
[Category("Fast")]
internal sealed class LatencyHistogramTests
{
    [Test]
    public void BucketOf_EveryDuration_LiesBelowTheBucketsEndAndCloseToIt()
    {
        Random random = new(5);
        int before = -1;
        IEnumerable<long> durations = Enumerable.Range(0, 20_000).Select(i => i < 300 ? i : (long)Math.Pow(2, 40 * random.NextDouble()));
        foreach (long duration in durations.Order())
        {
            int bucket = LatencyHistogram.BucketOf(duration);
            long end = LatencyHistogram.EndOf(bucket);
            Assert.That(bucket, Is.GreaterThanOrEqualTo(before));
            Assert.That(end, Is.GreaterThan(duration).And.LessThanOrEqualTo(duration + 1 + (duration / 16)));
            before = bucket;
        }
    }

    [Test]
    public void TakeInterval_OfKnownDurations_GivesTheirPercentilesOnce()
    {
        LatencyHistogram histogram = new();
        for (int microseconds = 1; microseconds <= 1000; microseconds++)
        {
            histogram.Record(microseconds / 1e6);
        }

        LatencyInterval interval = histogram.TakeInterval();
        Assert.That(interval.Count, Is.EqualTo(1000));
        Assert.That(interval.P50, Is.InRange(500, 532));
        Assert.That(interval.P99, Is.InRange(990, 1053));
        Assert.That(interval.P999, Is.InRange(999, 1063));
        Assert.That(histogram.TakeInterval(), Is.EqualTo(new LatencyInterval(0, double.NaN, double.NaN, double.NaN)));
    }

    [TestCase(double.NaN)]
    [TestCase(-1)]
    [TestCase(0)]
    [TestCase(1e300)]
    [TestCase(double.PositiveInfinity)]
    public void Record_OfAnyDuration_CountsIt(double seconds)
    {
        LatencyHistogram histogram = new();
        histogram.Record(seconds);
        Assert.That(histogram.TakeInterval().Count, Is.EqualTo(1));
    }

    [Test]
    public void Record_FromManyThreads_LosesNone()
    {
        LatencyHistogram histogram = new();
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                histogram.Record(1e-6);
            }
        });
        Assert.That(histogram.TakeInterval().Count, Is.EqualTo(80_000));
    }
}
