namespace Signals.Core.Columns;

/// <summary>
/// Whether a row of a column was never said, said to be nothing, or said. The order is the merge order:
/// absent never overwrites, null overwrites absent, a value wins a tie with null.
/// </summary>
public enum ColumnState : byte
{
    /// <summary>Nobody has set this row.</summary>
    Absent = 0,

    /// <summary>Set, explicitly, to nothing.</summary>
    Null = 1,

    /// <summary>Set to a value.</summary>
    Value = 2,
}
