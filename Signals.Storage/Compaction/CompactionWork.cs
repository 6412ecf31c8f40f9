namespace Signals.Storage.Compaction;

/// <summary>One piece of work, chosen by the picker and executed by another part. Immutable.</summary>
/// <param name="Reason">Why the tables are compacted.</param>
/// <param name="EventType">Event type of all tables.</param>
/// <param name="WindowStart">Start of the first window in which the tables have rows.</param>
/// <param name="Tables">
/// Table numbers, ascending; at least one. They name the patches of a fold, otherwise tables of events.
/// </param>
/// <param name="InputBytes">Bytes of the tables' files.</param>
/// <param name="OldestKeptMs">Rows older than this have expired.</param>
/// <param name="Cuts">Where time divides the output, ascending; null to divide it by size.</param>
internal sealed record CompactionWork(
    CompactionReason Reason,
    ushort EventType,
    long WindowStart,
    IReadOnlyList<ulong> Tables,
    long InputBytes,
    long OldestKeptMs,
    IReadOnlyList<long>? Cuts = null)
{
    /// <summary>Whether the tables are only removed from the store, without being read.</summary>
    public bool IsDrop => Reason == CompactionReason.Expired;

    /// <summary>Whether patches are folded into the window's runs of events.</summary>
    public bool IsFold => Reason == CompactionReason.Fold;
}
