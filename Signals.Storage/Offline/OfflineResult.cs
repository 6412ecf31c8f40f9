namespace Signals.Offline;

/// <summary>What an offline job did. Immutable.</summary>
/// <param name="EventsRead">Events that it looked at.</param>
/// <param name="EventsWritten">Rows that it wrote to the segment.</param>
/// <param name="Segment">
/// The segment, ready to be imported. It is null, and there is no file, when there were no rows to write and no corrected days to
/// state.
/// </param>
public sealed record OfflineResult(long EventsRead, long EventsWritten, SegmentInfo? Segment);
