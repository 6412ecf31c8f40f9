namespace Signals.Dashboard.Sampling;

/// <summary>The last samples of a store. Thread contract: any thread.</summary>
internal sealed class SampleRing(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Queue<double[]> _samples = new(Math.Min(capacity, 1024)); // Guarded by _lock.

    /// <summary>Adds a sample, and forgets the oldest when there are too many.</summary>
    public void Add(double[] sample)
    {
        lock (_lock)
        {
            if (_samples.Count == capacity)
            {
                _samples.Dequeue();
            }

            _samples.Enqueue(sample);
        }
    }

    /// <summary>The samples that are newer than a time in milliseconds, the oldest first. Nobody changes them.</summary>
    public IReadOnlyList<double[]> After(double timeMs)
    {
        lock (_lock)
        {
            return [.. _samples.Where(sample => sample[0] > timeMs)];
        }
    }
}
