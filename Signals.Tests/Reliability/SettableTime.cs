namespace Signals.Tests.Reliability;

/// <summary>A clock that stands still until it is set. Threads: one sets, any reads.</summary>
internal sealed class SettableTime(long nowMs) : TimeProvider
{
    private long _nowMs = nowMs;

    public long NowMs
    {
        get => Volatile.Read(ref _nowMs);
        set => Volatile.Write(ref _nowMs, value);
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);
}
