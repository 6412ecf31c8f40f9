namespace Signals.Storage.Engine.Flushing;

/// <summary>Sums over all flushes since the store was opened.</summary>
internal readonly record struct FlushTotals(long Flushes, long Rows, long Merged, long Dropped, long Bytes)
{
    public FlushTotals Plus(FlushResult flush) =>
        new(Flushes + 1, Rows + flush.Rows, Merged + flush.Merged, Dropped + flush.Dropped, Bytes + flush.Bytes);
}
