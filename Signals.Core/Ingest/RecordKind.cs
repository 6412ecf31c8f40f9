namespace Signals.Core.Ingest;

/// <summary>What a record of the ring and of the WAL holds. The numbers are persisted; 0 is never written.</summary>
internal enum RecordKind : byte
{
    /// <summary>No content: the end of the ring before it wraps, or a claim that was aborted. The body has no meaning.</summary>
    Padding = 1,

    /// <summary>A batch of events of one type.</summary>
    Events = 2,

    /// <summary>The erasure of events of a user.</summary>
    Erase = 3,

    /// <summary>Batches that a source sent, and the source's position after them.</summary>
    Group = 4,
}
