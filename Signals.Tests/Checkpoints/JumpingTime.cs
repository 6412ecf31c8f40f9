namespace Signals.Tests.Checkpoints;

/// <summary>A clock on which nobody waits: a timer is due at once and moves the clock by its time. Threads: any.</summary>
internal sealed class JumpingTime(long startMs) : TimeProvider
{
    private long _nowMs = startMs;

    public override long TimestampFrequency => 1000;

    /// <summary>Is called with each wait.</summary>
    public Action<TimeSpan> OnWait { get; set; } = _ => { };

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(GetTimestamp());

    public override long GetTimestamp() => Interlocked.Read(ref _nowMs);

    public void Pass(TimeSpan time) => Interlocked.Add(ref _nowMs, (long)time.TotalMilliseconds);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        OnWait(dueTime);
        Pass(dueTime);
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
