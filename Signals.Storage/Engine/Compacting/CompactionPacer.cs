namespace Signals.Storage.Engine.Compacting;

/// <summary>
/// Holds background compaction to a rate, so that it leaves disk and cores to ingest and reads; but not while a caller waits for it.
/// </summary>
/// <remarks>
/// Thread contract: one compaction at a time calls <see cref="Pass"/>; any thread calls the other members. When the rate is too low for
/// what is flushed, the number of tables grows; that is no error. Lifetime: that of the compactor.
/// </remarks>
internal sealed class CompactionPacer(long bytesPerSecond, TimeProvider time)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(20);

    private long _windowStart = time.GetTimestamp();
    private long _windowBytes;
    private long _waitedTicks;
    private int _callers;

    /// <summary>How long compaction was held back in all.</summary>
    public TimeSpan WaitedTime => TimeSpan.FromTicks(Volatile.Read(ref _waitedTicks));

    /// <summary>Ends the limit until <see cref="CallerLeaves"/>, because a caller waits for the compaction under way.</summary>
    public void CallerWaits() => Interlocked.Increment(ref _callers);

    /// <summary>The caller waits no longer.</summary>
    public void CallerLeaves() => Interlocked.Decrement(ref _callers);

    /// <summary>Counts input bytes and waits if they came too fast.</summary>
    public void Pass(long bytes, CancellationToken stopping)
    {
        if (Volatile.Read(ref _callers) > 0)
        {
            return;
        }

        _windowBytes += bytes;
        TimeSpan elapsed = time.GetElapsedTime(_windowStart);
        TimeSpan due = TimeSpan.FromSeconds((double)_windowBytes / bytesPerSecond);
        TimeSpan wait = due - elapsed;
        if (wait >= ShortestWait)
        {
            Wait(wait, stopping);
        }

        if (elapsed > TimeSpan.FromSeconds(1))
        {
            _windowStart = time.GetTimestamp();
            _windowBytes = 0;
        }
    }

    // In short steps, because a caller may come meanwhile.
    private void Wait(TimeSpan wait, CancellationToken stopping)
    {
        for (TimeSpan left = wait; left > TimeSpan.Zero && Volatile.Read(ref _callers) == 0; left -= LongestStep)
        {
            TimeSpan step = left < LongestStep ? left : LongestStep;
            Volatile.Write(ref _waitedTicks, _waitedTicks + step.Ticks);
            if (stopping.WaitHandle.WaitOne(step))
            {
                return;
            }
        }
    }
}
