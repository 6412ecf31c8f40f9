namespace Signals.Storage.Reads;

/// <summary>
/// The memory of one column of a finished answer, so that a cell is one step away. Immutable; valid as long as the answer's lease,
/// afterwards it may show another answer's values.
/// </summary>
/// <param name="States">A state for each row, and spare room.</param>
/// <param name="Values">The values of a fixed-width column, and spare room; the heap of a column of variable length.</param>
/// <param name="Output">The column.</param>
internal readonly record struct ColumnCells(byte[] States, byte[] Values, ColumnOutput Output)
{
    /// <summary>Whether both are the same memory of the same column.</summary>
    public bool IsSame(in ColumnCells other) =>
        ReferenceEquals(States, other.States) && ReferenceEquals(Values, other.Values) && ReferenceEquals(Output, other.Output);
}
