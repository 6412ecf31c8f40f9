using Signals.Offline;

namespace Signals.Arrow;

/// <summary>What an import of Arrow files took in. Immutable.</summary>
/// <param name="Segment">The segment that was imported; null when no row said anything.</param>
/// <param name="Files">The files that were read.</param>
/// <param name="Rows">Their rows.</param>
public sealed record ArrowImportResult(SegmentInfo? Segment, int Files, long Rows);
