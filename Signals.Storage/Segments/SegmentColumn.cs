using Signals.Core.Columns;

namespace Signals.Storage.Segments;

/// <summary>A column that a segment has cells of. Immutable.</summary>
/// <param name="Name">Its name, unique in the segment.</param>
/// <param name="Type">Kind and dimensions.</param>
internal readonly record struct SegmentColumn(string Name, ColumnType Type);
