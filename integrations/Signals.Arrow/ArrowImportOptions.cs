using Signals.Offline;

namespace Signals.Arrow;

/// <summary>Which Arrow files become events of a type, or corrections. Immutable.</summary>
public sealed record ArrowImportOptions
{
    /// <summary>
    /// A file or stream, or a folder whose files that end with <c>.arrow</c> or <c>.arrows</c> are read, also those in folders below it.
    /// Names that begin with a dot or an underscore are left out. Which of the two a file is tells its beginning.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>The event type.</summary>
    public required string EventType { get; init; }

    /// <summary>Generation, source, rank, corrected days and memory of the segment.</summary>
    public required SegmentOptions Segment { get; init; }

    /// <summary>
    /// Whether rows give cells of events that are stored elsewhere: corrected fields or enrichments. By default they are whole events.
    /// </summary>
    public bool AreCorrections { get; init; }

    /// <summary>
    /// The folder in which the segment is made before the store takes it; it must be on the store's file system. Null: a folder beside the
    /// store's. A folder of its own is made in it, and removed.
    /// </summary>
    public string? WorkFolder { get; init; }

    /// <summary>Receives the number of rows so far, from another thread; null for nobody.</summary>
    public IProgress<long>? Progress { get; init; }
}
