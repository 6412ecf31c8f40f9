using Signals.Storage.Primitives;

namespace Signals.Storage.Engine;

/// <summary>A thread that does its work when signalled, and at latest after each interval.</summary>
/// <remarks>
/// Thread contract: any thread signals; one stops and joins. An exception from the work poisons the store and ends the
/// loop. Lifetime: from construction to <see cref="Dispose"/>, which lets the current work finish.
/// </remarks>
internal sealed class BackgroundLoop : IDisposable
{
    private readonly AutoResetEvent _signal = new(initialState: false);
    private readonly Thread _thread;
    private readonly Action _work;
    private readonly FailStop _failStop;
    private readonly TimeSpan _interval;
    private readonly Lock _gate = new(); // a signal from another thread must not meet the disposed event
    private volatile bool _stopping;

    public BackgroundLoop(string name, Action work, TimeSpan interval, FailStop failStop)
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

    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            _signal.Set();
        }

        _thread.Join();
        _signal.Dispose();
    }

    private void Run()
    {
        OneClosing.NeverWaitHere();
        try
        {
            while (!_stopping)
            {
                _signal.WaitOne(_interval);
                if (!_stopping)
                {
                    _work();
                }
            }
        }
        catch (Exception error)
        {
            _failStop.Fail(error);
        }
    }
}
