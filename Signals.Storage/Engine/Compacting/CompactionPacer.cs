namespace Signals.Storage.Engine.Compacting;

/// <summary>Holds compaction to a rate, so that it leaves disk and cores to ingest and reads.</summary>
/// <remarks>
/// Thread contract: one compaction at a time calls <see cref="Pass"/>; any thread reads the counter. When the rate is too low for what is
/// flushed, the number of tables grows; that is no error. Lifetime: that of the compactor.
/// </remarks>
internal sealed class CompactionPacer(long bytesPerSecond, TimeProvider time)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(5);

    private long _windowStart = time.GetTimestamp();
    private long _windowBytes;
    private long _waitedTicks;

    /// <summary>How long compaction was held back in all.</summary>
    public TimeSpan WaitedTime => TimeSpan.FromTicks(Volatile.Read(ref _waitedTicks));

    /// <summary>Counts input bytes and waits if they came too fast.</summary>
    public void Pass(long bytes, CancellationToken stopping)
    {
        _windowBytes += bytes;
        TimeSpan elapsed = time.GetElapsedTime(_windowStart);
        TimeSpan due = TimeSpan.FromSeconds((double)_windowBytes / bytesPerSecond);
        TimeSpan wait = due - elapsed;
        if (wait >= ShortestWait)
        {
            stopping.WaitHandle.WaitOne(wait);
            Volatile.Write(ref _waitedTicks, _waitedTicks + wait.Ticks);
        }

        if (elapsed > TimeSpan.FromSeconds(1))
        {
            _windowStart = time.GetTimestamp();
            _windowBytes = 0;
        }
    }
}
