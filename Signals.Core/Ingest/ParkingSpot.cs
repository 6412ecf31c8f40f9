namespace Signals.Core.Ingest;

/// <summary>
/// Lets one thread sleep until other threads have news for it. No news is missed, and waking costs the others little while the
/// thread is awake.
/// </summary>
/// <remarks>
/// Thread contract: one thread calls <see cref="Announce"/>, then looks for news again, then calls <see cref="Park"/> or
/// <see cref="Withdraw"/>. Any thread calls <see cref="Wake"/> after it made its news visible.
/// Invariant: both sides write, fence, then read (Dekker), so at least one of them sees the other; see
/// <c>docs/decisions/0002-ring-memory-ordering.md</c>.
/// </remarks>
internal sealed class ParkingSpot
{
    private readonly object _gate = new();
    private int _announced;

    /// <summary>
    /// Announces that this thread may sleep. From here on news wakes it: look for news once more, then park or withdraw.
    /// </summary>
    public void Announce()
    {
        Volatile.Write(ref _announced, 1);
        Interlocked.MemoryBarrier();
    }

    /// <summary>Takes the announcement back; the thread goes on without parking.</summary>
    public void Withdraw() => Volatile.Write(ref _announced, 0);

    /// <summary>Sleeps until the thread is woken or the time has passed.</summary>
    public void Park(int timeoutMs)
    {
        lock (_gate)
        {
            if (_announced != 0)
            {
                Monitor.Wait(_gate, timeoutMs);
            }

            _announced = 0;
        }
    }

    /// <summary>Wakes the thread if it announced itself. The caller must have written its news before.</summary>
    public void Wake()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _announced) == 0)
        {
            return;
        }

        lock (_gate)
        {
            _announced = 0;
            Monitor.Pulse(_gate);
        }
    }
}
