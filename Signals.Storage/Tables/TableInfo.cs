using Signals.Storage.Tables;

namespace Signals.Maintenance;

/// <summary>What a store knows of one of its tables. Immutable.</summary>
public sealed record TableInfo
{
    /// <summary>The table's number.</summary>
    public required ulong Number { get; init; }

    /// <summary>Name of the event type of all rows.</summary>
    public required string EventType { get; init; }

    /// <summary>
    /// Start of the time window of the oldest event, milliseconds since the Unix epoch, UTC. Windows that hold little share a
    /// table.
    /// </summary>
    public required long WindowStartMs { get; init; }

    /// <summary>Oldest event time, in the same unit.</summary>
    public required long OldestMs { get; init; }

    /// <summary>Newest event time.</summary>
    public required long NewestMs { get; init; }

    /// <summary>Rows.</summary>
    public required long Rows { get; init; }

    /// <summary>Users with rows.</summary>
    public required int Users { get; init; }

    /// <summary>Bytes of the table, without files of newer columns.</summary>
    public required long Bytes { get; init; }

    /// <summary>True for corrections and enrichments that wait to be merged into the events of their window.</summary>
    public required bool IsPatch { get; init; }

    /// <summary>True for a part of a segment file.</summary>
    public required bool IsImported { get; init; }

    /// <summary>
    /// True when the event type was dropped (<see cref="EventTypeSchema.IsDropped"/>): no read finds the events. Another event type may
    /// have the name.
    /// </summary>
    public bool IsOfDroppedType { get; init; }

    internal static TableInfo Describe(TableMeta meta, StoreSchema schema) => new()
    {
        Number = meta.Number,
        EventType = schema.EventTypes[meta.EventType].Name,
        WindowStartMs = meta.WindowStart,
        OldestMs = meta.MinTime,
        NewestMs = meta.MaxTime,
        Rows = meta.Rows,
        Users = meta.Users,
        Bytes = meta.FileLength,
        IsPatch = meta.Kind != RunKind.Events,
        IsImported = meta.SegmentFile != 0,
        IsOfDroppedType = schema.EventTypes[meta.EventType].IsDropped,
    };
}
