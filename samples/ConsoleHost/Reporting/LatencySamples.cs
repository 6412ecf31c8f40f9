namespace Signals.Samples.ConsoleHost.Reporting;

/// <summary>Collects times and answers percentiles. One thread adds; ask when it has ended.</summary>
internal sealed class LatencySamples
{
    private readonly List<TimeSpan> _samples = new(capacity: 1 << 16);
    private bool _sorted;

    /// <summary>How many.</summary>
    public int Count => _samples.Count;

    /// <summary>Adds one.</summary>
    public void Add(TimeSpan sample)
    {
        _samples.Add(sample);
        _sorted = false;
    }

    /// <summary>The time that <paramref name="share"/> (0 to 1) of the samples do not exceed; nearest rank. Zero without samples.</summary>
    public TimeSpan Percentile(double share)
    {
        if (_samples.Count == 0)
        {
            return TimeSpan.Zero;
        }
        if (!_sorted)
        {
            _samples.Sort();
            _sorted = true;
        }
        return _samples[Math.Clamp((int)Math.Ceiling(share * _samples.Count) - 1, 0, _samples.Count - 1)];
    }
}
