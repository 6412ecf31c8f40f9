using System.Diagnostics;

namespace Signals.Storage.Primitives;

/// <summary>
/// Lets many pass at once, until it is closed: then those who are inside finish, and those who come wait until it is opened again.
/// </summary>
/// <remarks>
/// Thread contract: any thread enters; one thread at a time closes and opens. A thread that is inside must not enter again. Lifetime: it
/// holds nothing of the system.
/// </remarks>
internal sealed class SharedGate
{
    private readonly object _lock = new();
    private int _inside; // guarded by _lock
    private bool _isClosed; // guarded by _lock

    /// <summary>Waits while the gate is closed, then enters. Disposing the result leaves.</summary>
    public Scope Enter()
    {
        lock (_lock)
        {
            while (_isClosed)
            {
                Monitor.Wait(_lock);
            }

            _inside++;
        }

        return new Scope(this);
    }

    /// <summary>Closes the gate and waits until nobody is inside.</summary>
    public void Close()
    {
        lock (_lock)
        {
            Debug.Assert(!_isClosed, "The gate is closed already.");
            _isClosed = true;
            while (_inside > 0)
            {
                Monitor.Wait(_lock);
            }
        }
    }

    /// <summary>Opens the gate.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _isClosed = false;
            Monitor.PulseAll(_lock);
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            Debug.Assert(_inside > 0, "Nobody is inside.");
            if (--_inside == 0 && _isClosed)
            {
                Monitor.PulseAll(_lock);
            }
        }
    }

    /// <summary>A stay inside.</summary>
    internal readonly struct Scope(SharedGate gate) : IDisposable
    {
        /// <summary>Leaves.</summary>
        public void Dispose() => gate.Leave();
    }
}
