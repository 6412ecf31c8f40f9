namespace Signals.Core.Definitions;

/// <summary>How many rows of the sequence are newer, in either order: 0 for the newest. One element.</summary>
public sealed record PositionFeature : Feature;
