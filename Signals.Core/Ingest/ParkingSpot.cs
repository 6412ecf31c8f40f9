namespace Signals.Core.Ingest;

/// <summary>
/// Where one thread sleeps until others have news, without news being missed and without a cost to those who find it awake.
/// </summary>
/// <remarks>
/// Thread contract: one thread calls <see cref="Announce"/>, then looks for news again, then <see cref="Park"/> or <see cref="Withdraw"/>;
/// any thread calls <see cref="Wake"/> after it made its news visible.
/// Invariant: both sides write, fence, read (Dekker), so that at least one of them sees the other;
/// see <c>docs/decisions/0002-ring-memory-ordering.md</c>.
/// </remarks>
internal sealed class ParkingSpot
{
    private readonly object _gate = new();
    private int _announced;

    /// <summary>From here on news wakes this thread: look once more, then park or withdraw.</summary>
    public void Announce()
    {
        Volatile.Write(ref _announced, 1);
        Interlocked.MemoryBarrier();
    }

    /// <summary>Goes on without parking.</summary>
    public void Withdraw() => Volatile.Write(ref _announced, 0);

    /// <summary>Sleeps until woken or until the time has passed.</summary>
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

    /// <summary>Wakes the thread if it announced itself. The caller's news must be written before.</summary>
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
