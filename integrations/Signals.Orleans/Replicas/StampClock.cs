namespace Signals.Orleans.Replicas;

/// <summary>
/// The monotonic clock of a machine. It counts as <see cref="TimeProvider.GetElapsedTime(long, long)"/> does, but asks the time provider
/// for its frequency and divides by it once, and not for each answer.
/// </summary>
/// <remarks>Thread contract: any thread; immutable.</remarks>
internal sealed class StampClock(TimeProvider time)
{
    private readonly double _ticksOfAStamp = (double)TimeSpan.TicksPerSecond / time.TimestampFrequency;

    /// <summary>The timestamp of this moment.</summary>
    public long Now() => time.GetTimestamp();

    /// <summary>The time between two timestamps.</summary>
    public TimeSpan Between(long from, long to) => new((long)((to - from) * _ticksOfAStamp));
}
