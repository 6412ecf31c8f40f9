namespace Signals;

/// <summary>
/// Whether a row of a column was never set, was set to null, or has a value. The order of the numbers is the merge order: absent
/// never overwrites, null overwrites absent, and a value wins a tie with null.
/// </summary>
public enum ColumnState : byte
{
    /// <summary>The row was never set.</summary>
    Absent = 0,

    /// <summary>The row was set to null explicitly.</summary>
    Null = 1,

    /// <summary>The row was set to a value.</summary>
    Value = 2,
}
