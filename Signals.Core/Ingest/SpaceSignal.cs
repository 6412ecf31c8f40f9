namespace Signals.Core.Ingest;

/// <summary>
/// Tells any number of waiting producers, blocked or awaiting, that space was released. It costs the consumer one fence when no
/// producer waits.
/// </summary>
/// <remarks>
/// Thread contract: any thread calls <see cref="Arm"/>, looks for space again, and then waits for the task. Any thread calls
/// <see cref="Raise"/> after it made space visible. As in <see cref="ParkingSpot"/>, both sides write, fence, then read.
/// </remarks>
internal sealed class SpaceSignal
{
    private TaskCompletionSource? _pending;

    /// <summary>
    /// Returns a task that the next <see cref="Raise"/> completes. Look for space once more before you wait for it.
    /// </summary>
    public Task Arm()
    {
        TaskCompletionSource? pending = Volatile.Read(ref _pending);
        if (pending is null)
        {
            // The continuations of waiters must not run on the consumer's thread.
            var created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            pending = Interlocked.CompareExchange(ref _pending, created, null) ?? created;
        }

        Interlocked.MemoryBarrier();
        return pending.Task;
    }

    /// <summary>Wakes all waiters. The caller must have made the released space visible before.</summary>
    public void Raise()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _pending) is not null)
        {
            Interlocked.Exchange(ref _pending, null)?.TrySetResult();
        }
    }
}
