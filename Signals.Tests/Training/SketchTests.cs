using System.IO.Hashing;
using System.Runtime.InteropServices;
using Signals.Training.Quality;

namespace Signals.Tests.Training;

/// <summary>The sketches of feature profiles stay within the errors that they state.</summary>
[Category("Fast")]
internal sealed class SketchTests
{
    [TestCase("uniform")]
    [TestCase("skewed")]
    [TestCase("sorted")]
    [TestCase("few values")]
    public void Quantiles_OfManyValues_AreWithinTwoPercentOfRank(string kind)
    {
        Random random = new(11);
        double[] values = [.. Enumerable.Range(0, 60_000).Select(i => kind switch
        {
            "uniform" => random.NextDouble(),
            "skewed" => Math.Exp(8 * random.NextDouble()),
            "sorted" => i,
            _ => random.Next(5),
        })];
        QuantileSketch sketch = new();
        Array.ForEach(values, sketch.Add);
        double[] found = sketch.Quantiles(100);
        double[] sorted = [.. values.Order()];
        Assert.That(found, Is.Ordered);
        Assert.That((found[0], found[100], sketch.Count), Is.EqualTo((sorted[0], sorted[^1], (long)sorted.Length)));
        for (int i = 1; i < 100; i++)
        {
            double low = sorted[(int)(sorted.Length * Math.Max(0, (i / 100.0) - 0.02))];
            double high = sorted[(int)(sorted.Length * Math.Min(0.99999, (i / 100.0) + 0.02))];
            Assert.That(found[i], Is.InRange(low, high), $"{kind} percentile {i}");
        }
    }

    [Test]
    public void Quantiles_OfFewValues_AreThem()
    {
        QuantileSketch sketch = new();
        Assert.That(sketch.Quantiles(2), Is.Empty);
        sketch.Add(3);
        Assert.That(sketch.Quantiles(2), Is.EqualTo(new[] { 3.0, 3, 3 }));
        sketch.Add(1);
        sketch.Add(2);
        Assert.That(sketch.Quantiles(2), Is.EqualTo(new[] { 1.0, 2, 3 }));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(100)]
    [TestCase(5_000)]
    [TestCase(200_000)]
    public void Estimate_OfDistinctValues_IsWithinSevenPercent(int distinct)
    {
        DistinctSketch sketch = new();
        for (int round = 0; round < 2; round++)
        {
            for (long value = 0; value < distinct; value++)
            {
                sketch.Add(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value))));
            }
        }

        Assert.That(sketch.Estimate(), Is.EqualTo(distinct).Within(Math.Max(1, 0.07 * distinct)));
    }
}
