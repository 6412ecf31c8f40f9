namespace Signals.Offline;

/// <summary>What a finished segment holds. Immutable.</summary>
public sealed record SegmentInfo
{
    /// <summary>The path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// A 128-bit hash of all content, in hexadecimal. Equal rows and options give equal ids, and importing the same id twice
    /// changes nothing.
    /// </summary>
    public required string ContentId { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long FileBytes { get; init; }

    /// <summary>The number of distinct events that are inserted or retracted.</summary>
    public required long Events { get; init; }

    /// <summary>The number of distinct events for which only cells are given.</summary>
    public required long Patches { get; init; }

    /// <summary>The number of time windows with rows.</summary>
    public required int Windows { get; init; }

    /// <summary>The number of sorted runs that did not fit the memory budget and went through temporary files.</summary>
    public required int SpilledRuns { get; init; }
}
