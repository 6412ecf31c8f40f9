namespace Signals.Storage.Reads;

/// <summary>
/// A chosen row whose event was retracted and inserted again. Cells that are not newer than the retraction are void. Immutable.
/// </summary>
/// <param name="Row">The row in its stage.</param>
/// <param name="Stamp">The stamp of the retraction.</param>
internal readonly record struct RetractedRow(int Row, ulong Stamp);
