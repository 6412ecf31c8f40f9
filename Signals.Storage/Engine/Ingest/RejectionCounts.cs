namespace Signals.Storage.Engine.Ingest;

/// <summary>Events that did not enter the store, by reason. Thread contract: any thread. Lifetime: that of the store.</summary>
internal sealed class RejectionCounts
{
    private long _tooEarly;
    private long _tooLate;
    private long _tooLarge;
    private long _leftOut;

    /// <summary>Events refused or left out because their time, or that of another event of their batch, is too far in the past.</summary>
    public long TooEarly => Volatile.Read(ref _tooEarly);

    /// <summary>The same for times too far in the future.</summary>
    public long TooLate => Volatile.Read(ref _tooLate);

    /// <summary>Events of batches that were too large.</summary>
    public long TooLarge => Volatile.Read(ref _tooLarge);

    /// <summary>
    /// Those of <see cref="TooEarly"/> and <see cref="TooLate"/> that were left out while the rest of their batch was taken.
    /// </summary>
    public long LeftOut => Volatile.Read(ref _leftOut);

    /// <summary>A batch of so many events is refused because one of them is too early, or too late.</summary>
    public void RefuseForTime(int events, bool isEarly) => Interlocked.Add(ref isEarly ? ref _tooEarly : ref _tooLate, events);

    /// <summary>A batch of so many events is refused because it is too large.</summary>
    public void RefuseForSize(int events) => Interlocked.Add(ref _tooLarge, events);

    /// <summary>The rest of a batch was taken without so many events.</summary>
    public void LeaveOut(int early, int late)
    {
        Interlocked.Add(ref _tooEarly, early);
        Interlocked.Add(ref _tooLate, late);
        Interlocked.Add(ref _leftOut, early + late);
    }
}
