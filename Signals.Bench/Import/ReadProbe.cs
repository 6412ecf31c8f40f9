using System.Diagnostics;

namespace Signals.Bench.Import;

/// <summary>
/// Reads without pause on its own thread, and reports the percentiles since the last report. Disposing it ends the thread.
/// </summary>
internal sealed class ReadProbe : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Thread _thread;
    private List<long> _ticks = new(1 << 20); // Guarded by _lock.
    private volatile bool _stopping;

    public ReadProbe(ulong[] users, Action<ulong> read)
    {
        _thread = new Thread(() => Run(users, read)) { Name = "reads", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The percentiles since the last call, in microseconds.</summary>
    public (double P50, double P99, int Reads) Take()
    {
        List<long> taken;
        lock (_lock)
        {
            taken = _ticks;
            _ticks = new List<long>(1 << 20);
        }

        taken.Sort();
        return taken.Count == 0 ? (double.NaN, double.NaN, 0) : (At(0.5), At(0.99), taken.Count);

        double At(double quantile) => taken[(int)(quantile * (taken.Count - 1))] * 1e6 / Stopwatch.Frequency;
    }

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
    }

    private void Run(ulong[] users, Action<ulong> read)
    {
        for (int i = 0; !_stopping; i = (i + 1) % users.Length)
        {
            long start = Stopwatch.GetTimestamp();
            read(users[i]);
            long ticks = Stopwatch.GetTimestamp() - start;
            lock (_lock)
            {
                _ticks.Add(ticks);
            }
        }
    }
}
