namespace Signals.Offline;

/// <summary>What an import did. Immutable.</summary>
public sealed record ImportResult
{
    /// <summary>Whether a segment of the same content had been imported before. Then nothing was changed.</summary>
    public required bool AlreadyImported { get; init; }

    /// <summary>The content of the segment; see <see cref="SegmentInfo.ContentId"/>.</summary>
    public required string ContentId { get; init; }

    /// <summary>The event type of the rows.</summary>
    public required string EventType { get; init; }

    /// <summary>The name of the job or program that wrote the segment.</summary>
    public required string Source { get; init; }

    /// <summary>The generation of the segment.</summary>
    public required long Generation { get; init; }

    /// <summary>The source rank of the segment.</summary>
    public required ushort SourceRank { get; init; }

    /// <summary>The number of distinct events that the segment inserts or retracts.</summary>
    public required long Events { get; init; }

    /// <summary>The number of distinct events for which the segment has only cells.</summary>
    public required long Patches { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Whether the file was removed from its place, as <see cref="ImportOptions.Move"/> asks.</summary>
    public required bool SourceRemoved { get; init; }
}
