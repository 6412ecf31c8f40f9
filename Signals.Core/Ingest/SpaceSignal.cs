namespace Signals.Core.Ingest;

/// <summary>
/// Tells any number of waiting producers, blocked or awaiting, that space was released. Costs the consumer a fence when nobody waits.
/// </summary>
/// <remarks>
/// Thread contract: any thread calls <see cref="Arm"/>, looks for space again and then waits for the task; any thread calls
/// <see cref="Raise"/> after it made space visible. The same write, fence, read on both sides as in <see cref="ParkingSpot"/>.
/// </remarks>
internal sealed class SpaceSignal
{
    private TaskCompletionSource? _pending;

    /// <summary>A task that the next <see cref="Raise"/> completes. Look for space once more before waiting for it.</summary>
    public Task Arm()
    {
        TaskCompletionSource? pending = Volatile.Read(ref _pending);
        if (pending is null)
        {
            // Waiters must not run on the consumer's thread.
            var created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            pending = Interlocked.CompareExchange(ref _pending, created, null) ?? created;
        }

        Interlocked.MemoryBarrier();
        return pending.Task;
    }

    /// <summary>Wakes all who wait. The released space must be written before.</summary>
    public void Raise()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _pending) is not null)
        {
            Interlocked.Exchange(ref _pending, null)?.TrySetResult();
        }
    }
}
