using Signals.Storage.Primitives;

namespace Signals.Storage.Engine.Context;

/// <summary>A thread that does its work when it is signalled, and at the latest after each interval.</summary>
/// <remarks>
/// Thread contract: any thread signals; one thread stops the loop and waits for its end. An exception from the work poisons the store
/// and ends the loop. Work that may fail returns a pause instead, and no signal starts the work during the pause. Lifetime: from
/// <see cref="Start"/> to <see cref="Dispose"/>, which lets the current work finish. A signal before the start is remembered.
/// </remarks>
internal sealed class BackgroundLoop : IDisposable
{
    private readonly ManualResetEventSlim _hurry = new(initialState: false);
    private readonly AutoResetEvent _signal = new(initialState: false);
    private readonly Thread _thread;
    private readonly Func<TimeSpan> _work;
    private readonly FailStop _failStop;
    private readonly TimeSpan _interval;
    private readonly ThreadNiceness _niceness;
    private readonly Lock _lock = new(); // keeps Signal from using an event that was disposed
    private bool _isStarted; // guarded by _lock
    private volatile bool _stopping;

    public BackgroundLoop(
        string name, Action work, TimeSpan interval, FailStop failStop, ThreadNiceness niceness = ThreadNiceness.None)
        : this(name, () => RunOnce(work), interval, failStop, niceness)
    {
    }

    /// <param name="name">Name of the thread.</param>
    /// <param name="work">The work; returns how long to pause before it is done again, or zero to wait for a signal.</param>
    /// <param name="interval">Longest time without work.</param>
    /// <param name="failStop">Fails with an error of the work.</param>
    /// <param name="niceness">How far the thread stands back when cores are scarce.</param>
    public BackgroundLoop(
        string name, Func<TimeSpan> work, TimeSpan interval, FailStop failStop, ThreadNiceness niceness = ThreadNiceness.None)
    {
        _niceness = niceness;
        _work = work;
        _interval = interval;
        _failStop = failStop;
        _thread = new Thread(Run) { Name = name, IsBackground = true };
    }

    /// <summary>
    /// Starts the thread, once; does nothing once the loop was told to stop. It takes as long as the thread needs to begin.
    /// </summary>
    public void Start()
    {
        lock (_lock)
        {
            if (!_stopping && !_isStarted)
            {
                _thread.Start();
                _isStarted = true;
            }
        }
    }

    /// <summary>Starts the work soon; does nothing once the loop was told to stop.</summary>
    public void Signal()
    {
        lock (_lock)
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
        bool isStarted;
        lock (_lock)
        {
            _stopping = true;
            _signal.Set();
            _hurry.Set();
            isStarted = _isStarted;
        }

        if (isStarted)
        {
            _thread.Join();
        }

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
        NiceThreads.SetOfThisThread(_niceness);
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
