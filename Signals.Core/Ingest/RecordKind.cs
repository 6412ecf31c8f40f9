namespace Signals.Core.Ingest;

/// <summary>What a record of the ring and of the WAL holds. The numbers are persisted; 0 is never written.</summary>
internal enum RecordKind : byte
{
    /// <summary>Nothing: the rest of the ring before it wraps, or a claim that was aborted. Its body means nothing.</summary>
    Padding = 1,

    /// <summary>A batch of events of one type.</summary>
    Events = 2,

    /// <summary>The erasure of a user.</summary>
    Erase = 3,

    /// <summary>Batches that a source sent, and its position after them.</summary>
    Group = 4,
}
