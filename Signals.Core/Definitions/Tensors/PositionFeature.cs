namespace Signals.Core.Definitions.Tensors;

/// <summary>
/// The number of rows of the sequence that are newer than the row, whatever the order of the sequence; 0 for the newest. One
/// element.
/// </summary>
internal sealed record PositionFeature : Feature;
