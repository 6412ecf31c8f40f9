namespace Signals.Storage.Engine.Recovery;

/// <summary>
/// Says whether a replay has to flush beside it: only if more memtables will be frozen than may wait. What fits is flushed once the
/// store is open, so an opening waits for no flush that it does not need.
/// </summary>
/// <remarks>
/// Thread contract: the opening thread calls <see cref="CountApplied"/> and <see cref="CountFrozen"/>, any thread
/// <see cref="IsFlushDue"/>. The estimate takes memtables to hold as many bytes of the logs as those so far. If it is too low, the replay
/// waits for room and the flush is due then. Lifetime: one opening.
/// </remarks>
/// <param name="logBytes">The bytes of all entries to replay.</param>
/// <param name="room">How many memtables may be frozen.</param>
internal sealed class FlushNeed(long logBytes, int room)
{
    private long _appliedBytes; // opening thread
    private int _frozen; // opening thread
    private long _expected;

    /// <summary>Counts bytes of an entry whose records are being applied.</summary>
    public void CountApplied(int bytes) => _appliedBytes += bytes;

    /// <summary>Counts a memtable that was frozen.</summary>
    public void CountFrozen()
    {
        _frozen++;
        Volatile.Write(ref _expected, (long)(_frozen * ((double)logBytes / Math.Max(1, _appliedBytes))));
    }

    /// <summary>Whether another memtable has to be flushed, so that all that follow find room.</summary>
    /// <param name="flushed">How many were flushed since the replay began.</param>
    public bool IsFlushDue(int flushed) => Volatile.Read(ref _expected) - flushed > room;
}
