using Signals.Storage.Tables;

namespace Signals.Storage.Segments;

/// <summary>One table inside a segment: the rows of a window of one kind. Its own footer says the rest. Immutable.</summary>
/// <param name="WindowStart">Start of the window, ms.</param>
/// <param name="Kind">What its rows are.</param>
/// <param name="Checksum">The checksum in its tail, which pins every byte of it.</param>
/// <param name="Offset">Where it starts in the file.</param>
/// <param name="Length">Its bytes.</param>
internal readonly record struct SegmentPart(long WindowStart, RunKind Kind, uint Checksum, long Offset, long Length);
