namespace Signals.Storage.Segments;

/// <summary>What a finished segment holds. Immutable.</summary>
public sealed record SegmentInfo
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>128 bits over all content, in hexadecimal: equal rows and options give equal ids, and importing an id twice changes nothing.</summary>
    public required string ContentId { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Distinct events that are inserted or retracted.</summary>
    public required long Events { get; init; }

    /// <summary>Distinct events of which only cells are given.</summary>
    public required long Patches { get; init; }

    /// <summary>Time windows with rows.</summary>
    public required int Windows { get; init; }

    /// <summary>Sorted runs that did not fit in the memory budget and went through temporary files.</summary>
    public required int SpilledRuns { get; init; }
}
