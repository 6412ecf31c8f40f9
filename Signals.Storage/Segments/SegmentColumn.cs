namespace Signals.Storage.Segments;

/// <summary>A column for which a segment has cells. Immutable.</summary>
/// <param name="Name">The name of the column, unique in the segment.</param>
/// <param name="Type">The kind and the dimensions.</param>
internal readonly record struct SegmentColumn(string Name, ColumnType Type);
