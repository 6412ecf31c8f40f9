using System.Diagnostics;

namespace Signals.Bench.Soak;

/// <summary>What happened since the last report: counts, and how long reads and appends took. Any thread.</summary>
internal sealed class SoakInterval
{
    private readonly Lock _lock = new();
    private readonly List<double> _reads = []; // Guarded by _lock, like all fields below.
    private double _slowestAppend;
    private long _appended;

    public void Read(long start)
    {
        double microseconds = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        lock (_lock)
        {
            _reads.Add(microseconds);
        }
    }

    public void Appended(int events, long start)
    {
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        lock (_lock)
        {
            _appended += events;
            _slowestAppend = Math.Max(_slowestAppend, milliseconds);
        }
    }

    /// <summary>Returns the figures and starts anew.</summary>
    public SoakFigures Take(double seconds)
    {
        lock (_lock)
        {
            _reads.Sort();
            SoakFigures figures = new(
                _appended / seconds, _reads.Count / seconds, Quantile(0.5), Quantile(0.99), Quantile(0.999), Quantile(1), _slowestAppend);
            _reads.Clear();
            _slowestAppend = 0;
            _appended = 0;
            return figures;
        }
    }

    private double Quantile(double share) => _reads.Count == 0 ? 0 : _reads[(int)(share * (_reads.Count - 1))];
}
