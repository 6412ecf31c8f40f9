namespace Signals.Storage.Reads;

/// <summary>A chosen row whose event was retracted once and inserted again: cells that are not newer than the retraction are void.</summary>
/// <param name="Row">The row of its stage.</param>
/// <param name="Stamp">When it was retracted.</param>
internal readonly record struct RetractedRow(int Row, ulong Stamp);
