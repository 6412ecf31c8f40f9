using System.Runtime.CompilerServices;

namespace Signals.Tests.Cluster.Drills;

/// <summary>
/// The clock of a node. Its time of day may be wrong by any amount, and change at once. It remembers when a read last looked at it: to
/// that moment the lag of the answer counts. Threads: any.
/// </summary>
internal sealed class DrillClock : TimeProvider
{
    private readonly AsyncLocal<StrongBox<long>?> _watched = new();
    private long _offsetTicks;

    /// <summary>How far it is ahead; negative when it is behind.</summary>
    public TimeSpan Offset
    {
        get => new(Volatile.Read(ref _offsetTicks));
        set => Volatile.Write(ref _offsetTicks, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;

    public override long GetTimestamp()
    {
        long now = base.GetTimestamp();
        if (_watched.Value is { } box)
        {
            Volatile.Write(ref box.Value, now);
        }

        return now;
    }

    /// <summary>From here on the box holds the last timestamp that this method and what it calls have taken.</summary>
    public StrongBox<long> Watch()
    {
        StrongBox<long> box = new();
        _watched.Value = box;
        return box;
    }
}
