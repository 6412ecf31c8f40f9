namespace Signals.Tests.Storage.Engine;

/// <summary>A clock that only the test moves. Threads: any.</summary>
internal sealed class ManualTime(long startMs) : TimeProvider
{
    private long _nowMs = startMs;

    /// <summary>Now, in milliseconds since the Unix epoch.</summary>
    public long NowMs
    {
        get => Volatile.Read(ref _nowMs);
        set => Volatile.Write(ref _nowMs, value);
    }

    /// <summary>How far each look at the clock moves it: a busy machine on which every step takes time.</summary>
    public long StepMs { get; set; }

    public override long TimestampFrequency => 1000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Add(ref _nowMs, StepMs));

    public override long GetTimestamp() => NowMs;
}
