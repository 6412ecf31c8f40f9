using Signals.Storage.Compaction;

namespace Signals.Offline;

/// <summary>
/// Corrections and enrichments of imported segments whose event the store does not have, by event type and source. Immutable.
/// </summary>
public sealed class OrphanReport
{
    private OrphanReport(IReadOnlyList<OrphanSource> sources) => Sources = sources;

    /// <summary>
    /// One entry for each event type and source that has orphans, ordered by event type, then generation, then rank.
    /// </summary>
    public IReadOnlyList<OrphanSource> Sources { get; }

    internal static OrphanReport Create(StoreSchema schema, (IReadOnlyList<OrphanCount> Held, IReadOnlyList<OrphanCount> Dropped) orphans)
    {
        var held = orphans.Held.ToLookup(count => (count.EventType, count.Source));
        var dropped = orphans.Dropped.ToLookup(count => (count.EventType, count.Source));
        return new OrphanReport(
        [
            .. held.Select(group => group.Key).Union(dropped.Select(group => group.Key))
                .OrderBy(key => key.EventType)
                .ThenBy(key => key.Source)
                .Select(key => new OrphanSource(schema.EventTypes[key.EventType].Name, key.Source, [.. held[key]], [.. dropped[key]])),
        ]);
    }
}
