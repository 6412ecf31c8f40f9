namespace Signals.Storage.Segments;

/// <summary>What an import did. Immutable.</summary>
public sealed record ImportResult
{
    /// <summary>Whether a segment of the same content had been imported before: nothing was changed then.</summary>
    public required bool AlreadyImported { get; init; }

    /// <summary>The segment's content, as <see cref="SegmentInfo.ContentId"/> says.</summary>
    public required string ContentId { get; init; }

    /// <summary>The event type of its rows.</summary>
    public required string EventType { get; init; }

    /// <summary>Who made it.</summary>
    public required string Source { get; init; }

    /// <summary>Its generation.</summary>
    public required long Generation { get; init; }

    /// <summary>Its source rank.</summary>
    public required ushort SourceRank { get; init; }

    /// <summary>Distinct events that it inserts or retracts.</summary>
    public required long Events { get; init; }

    /// <summary>Distinct events of which it gives cells alone.</summary>
    public required long Patches { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Whether the file is gone from its place, as <see cref="ImportOptions.Move"/> asks.</summary>
    public required bool SourceRemoved { get; init; }
}
