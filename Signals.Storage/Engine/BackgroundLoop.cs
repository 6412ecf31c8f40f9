using Signals.Storage.Primitives;

namespace Signals.Storage.Engine;

/// <summary>A thread that does its work when signalled, and at latest after each interval.</summary>
/// <remarks>
/// Thread contract: any thread signals; one stops and joins. An exception from the work poisons the store and ends the
/// loop; work that may fail gives a pause instead, during which no signal starts it. Lifetime: from construction to <see cref="Dispose"/>, which lets the current work finish.
/// </remarks>
internal sealed class BackgroundLoop : IDisposable
{
    private readonly ManualResetEventSlim _hurry = new(initialState: false);
    private readonly AutoResetEvent _signal = new(initialState: false);
    private readonly Thread _thread;
    private readonly Func<TimeSpan> _work;
    private readonly FailStop _failStop;
    private readonly TimeSpan _interval;
    private readonly Lock _gate = new(); // a signal from another thread must not meet the disposed event
    private volatile bool _stopping;

    public BackgroundLoop(string name, Action work, TimeSpan interval, FailStop failStop)
        : this(name, () => RunOnce(work), interval, failStop)
    {
    }

    /// <param name="name">Name of the thread.</param>
    /// <param name="work">The work; returns how long to pause before it is done again, or zero to wait for a signal.</param>
    /// <param name="interval">Longest time without work.</param>
    /// <param name="failStop">Is told of errors.</param>
    public BackgroundLoop(string name, Func<TimeSpan> work, TimeSpan interval, FailStop failStop)
    {
        _work = work;
        _interval = interval;
        _failStop = failStop;
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Starts the work soon; does nothing once the loop was told to stop.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                _signal.Set();
            }
        }
    }

    /// <summary>Ends the pause under way.</summary>
    public void Hurry() => _hurry.Set();

    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            _signal.Set();
            _hurry.Set();
        }

        _thread.Join();
        _signal.Dispose();
        _hurry.Dispose();
    }

    private static TimeSpan RunOnce(Action work)
    {
        work();
        return TimeSpan.Zero;
    }

    private void Run()
    {
        OneClosing.NeverWaitHere();
        try
        {
            TimeSpan pause = TimeSpan.Zero;
            while (!_stopping)
            {
                WaitFor(pause);
                pause = _stopping ? pause : _work();
            }
        }
        catch (Exception error)
        {
            _failStop.Fail(error);
        }
    }

    private void WaitFor(TimeSpan pause)
    {
        if (pause == TimeSpan.Zero)
        {
            _signal.WaitOne(_interval);
        }
        else if (_hurry.Wait(pause) && !_stopping)
        {
            _hurry.Reset();
        }
    }
}
