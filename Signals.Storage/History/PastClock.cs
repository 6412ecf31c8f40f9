namespace Signals.Storage.History;

/// <summary>
/// A clock whose time of day stands where it was set, so that ages are counted from that time. Intervals are measured as usual.
/// </summary>
/// <remarks>Thread contract: set by one thread at a time, between reads.</remarks>
internal sealed class PastClock(TimeProvider real) : TimeProvider
{
    private long _nowMs;

    /// <summary>The time of day, ms since the epoch.</summary>
    public long NowMs
    {
        get => Volatile.Read(ref _nowMs);
        set => Volatile.Write(ref _nowMs, value);
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => real.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);

    /// <inheritdoc/>
    public override long GetTimestamp() => real.GetTimestamp();
}
