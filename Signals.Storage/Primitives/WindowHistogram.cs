using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Storage.Primitives;

/// <summary>
/// Sums weights per time window. A flush or a merge uses the sums to decide where to divide its rows. Thread contract: one
/// thread. The caller chooses the unit of the weights. Holds one entry for each window that has a weight. Lifetime: one flush or
/// merge.
/// </summary>
internal sealed class WindowHistogram(TimeSpan window)
{
    private const int MostSteps = 64;

    private readonly Dictionary<long, double> _weights = [];

    /// <summary>The sum of all weights.</summary>
    public double Total { get; private set; }

    /// <summary>Number of windows with a weight.</summary>
    public int Count => _weights.Count;

    /// <summary>Adds a weight to the window that holds a time.</summary>
    [MethodImpl(Compile.InFull)]
    public void Add(long timeMs, double weight)
    {
        long start = TimeWindow.StartOf(timeMs, window);
        _weights[start] = _weights.GetValueOrDefault(start) + weight;
        Total += weight;
    }

    /// <summary>Spreads a weight evenly over the time between two times, both ends included.</summary>
    public void AddBetween(long oldestMs, long newestMs, double weight, int rows)
    {
        int steps = TimeWindow.StartOf(oldestMs, window) == TimeWindow.StartOf(newestMs, window) ? 1 : Math.Clamp(rows, 1, MostSteps);
        double step = steps > 1 ? ((double)newestMs - oldestMs) / (steps - 1) : 0;
        for (int i = 0; i < steps; i++)
        {
            long time = i == steps - 1 ? newestMs : oldestMs + (long)(i * step);
            Add(Math.Clamp(time, oldestMs, newestMs), weight / steps);
        }
    }

    /// <summary>The starts of the windows, ascending, and their weights.</summary>
    public void CopyTo(out long[] starts, out double[] weights)
    {
        starts = [.. _weights.Keys];
        weights = [.. _weights.Values];
        Array.Sort(starts, weights);
    }
}
