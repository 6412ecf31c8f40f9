using Signals.Storage.Segments;

namespace Signals.Storage.Offline;

/// <summary>What an offline job did.</summary>
/// <param name="EventsRead">Events that it looked at.</param>
/// <param name="EventsWritten">Rows that it gave to the segment.</param>
/// <param name="Segment">The segment, ready to be imported; null when there was nothing to write and no corrected days to state, and so no file.</param>
public sealed record OfflineResult(long EventsRead, long EventsWritten, SegmentInfo? Segment);
