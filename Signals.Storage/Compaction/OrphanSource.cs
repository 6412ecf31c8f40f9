using Signals.Core.Model;
using Signals.Storage.Compaction;

namespace Signals.Offline;

/// <summary>Corrections and enrichments of one source whose event the store does not have. Immutable.</summary>
public sealed class OrphanSource
{
    internal OrphanSource(string eventType, Stamp source, IReadOnlyList<OrphanCount> held, IReadOnlyList<OrphanCount> dropped)
    {
        EventType = eventType;
        Generation = source.Generation;
        SourceRank = source.SourceRank;
        Held = held.Sum(count => count.Count);
        Dropped = dropped.Sum(count => count.Count);
        HeldSample = Sample(held);
        DroppedSample = Sample(dropped);
    }

    /// <summary>Name of the event type.</summary>
    public string EventType { get; }

    /// <summary>Generation of the segments that the rows came with.</summary>
    public long Generation { get; }

    /// <summary>Source rank of those segments.</summary>
    public int SourceRank { get; }

    /// <summary>Rows that wait for their event.</summary>
    public long Held { get; }

    /// <summary>Rows dropped since the store was opened, because their event did not come in time.</summary>
    public long Dropped { get; }

    /// <summary>Some of the rows that wait, at most 16.</summary>
    public IReadOnlyList<OrphanIdentity> HeldSample { get; }

    /// <summary>Some of the rows that were dropped, at most 16.</summary>
    public IReadOnlyList<OrphanIdentity> DroppedSample { get; }

    private static OrphanIdentity[] Sample(IReadOnlyList<OrphanCount> counts) =>
    [
        .. counts.SelectMany(count => count.Sample)
            .Take(OrphanCount.SampleSize)
            .Select(key => new OrphanIdentity(key.User, key.Time, key.Id)),
    ];
}
