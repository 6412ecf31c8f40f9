using Signals.Core.Schema;
using Signals.Storage.Tables;

namespace Signals.Storage;

/// <summary>What a store knows of one of its tables. Immutable.</summary>
/// <param name="Number">The table's number.</param>
/// <param name="EventType">Name of the event type of all rows.</param>
/// <param name="WindowStartMs">
/// Start of the time window of the oldest event, milliseconds since the Unix epoch, UTC. Windows that hold little share a table.
/// </param>
/// <param name="OldestMs">Oldest event time, in the same unit.</param>
/// <param name="NewestMs">Newest event time.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Users">Users with rows.</param>
/// <param name="Bytes">Bytes of the table, without files of newer columns.</param>
/// <param name="IsPatch">True for corrections and enrichments that wait to be merged into the events of their window.</param>
/// <param name="IsImported">True for a part of a segment file.</param>
public sealed record TableInfo(
    ulong Number,
    string EventType,
    long WindowStartMs,
    long OldestMs,
    long NewestMs,
    long Rows,
    int Users,
    long Bytes,
    bool IsPatch,
    bool IsImported)
{
    internal static TableInfo Of(TableMeta meta, StoreSchema schema) => new(
        meta.Number,
        schema.EventTypes[meta.EventType].Name,
        meta.WindowStart,
        meta.MinTime,
        meta.MaxTime,
        meta.Rows,
        meta.Users,
        meta.FileLength,
        meta.Kind != RunKind.Events,
        meta.SegmentFile != 0);
}
