namespace Signals.Storage.Compaction;

/// <summary>One piece of work that the picker chose and another part executes. Immutable.</summary>
/// <param name="Reason">Why.</param>
/// <param name="EventType">Event type of all tables.</param>
/// <param name="WindowStart">Start of the first window that the tables reach.</param>
/// <param name="Tables">Table numbers, ascending; at least one. Those of patches to fold, otherwise those of events.</param>
/// <param name="InputBytes">Bytes of their files.</param>
/// <param name="OldestKeptMs">Rows older than this have expired.</param>
/// <param name="Cuts">Where the output is divided, ascending; null to divide it by size.</param>
internal sealed record CompactionPlan(
    CompactionReason Reason,
    ushort EventType,
    long WindowStart,
    IReadOnlyList<ulong> Tables,
    long InputBytes,
    long OldestKeptMs,
    IReadOnlyList<long>? Cuts = null)
{
    /// <summary>Whether the tables only leave the store, without being read.</summary>
    public bool IsDrop => Reason == CompactionReason.Expired;

    /// <summary>Whether patches are folded into the window's runs of events.</summary>
    public bool IsFold => Reason == CompactionReason.Fold;
}
