using Signals.Storage.Tables;

namespace Signals.Storage.Segments;

/// <summary>
/// One table inside a segment: the rows of one kind in one window. Its own footer describes the rest. Immutable.
/// </summary>
/// <param name="WindowStart">The start of the window in ms.</param>
/// <param name="Kind">What the rows are.</param>
/// <param name="Checksum">The checksum in the tail of the table, which covers every byte of it.</param>
/// <param name="Offset">The offset of the table in the file.</param>
/// <param name="Length">The bytes of the table.</param>
internal readonly record struct SegmentPart(long WindowStart, RunKind Kind, uint Checksum, long Offset, long Length);
