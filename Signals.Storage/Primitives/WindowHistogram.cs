namespace Signals.Storage.Primitives;

/// <summary>
/// How much lies in each time window: what a flush or a merge is divided by. One thread. Weights are in whatever unit the caller adds.
/// Holds one entry a window that something was added to. Lifetime: one flush or merge.
/// </summary>
internal sealed class WindowHistogram(TimeSpan window)
{
    private const int MostSteps = 64;

    private readonly Dictionary<long, double> _weights = [];

    /// <summary>All weights together.</summary>
    public double Total { get; private set; }

    /// <summary>Windows with a weight.</summary>
    public int Count => _weights.Count;

    /// <summary>Adds a weight to the window of a time.</summary>
    public void Add(long timeMs, double weight)
    {
        long start = TimeWindow.StartOf(timeMs, window);
        _weights[start] = _weights.GetValueOrDefault(start) + weight;
        Total += weight;
    }

    /// <summary>Adds a weight that lies somewhere between two times: in equal steps, the ends included.</summary>
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
