namespace Signals.Maintenance;

/// <summary>The kind of a place that held an erased user's events.</summary>
public enum ErasurePlaceKind
{
    /// <summary>Events in memory that no table holds yet. The memory is reused later, not overwritten at once.</summary>
    Memory,

    /// <summary>
    /// A log that was written before the erasure or with it. It is listed without checking whether the user is in it.
    /// </summary>
    Log,

    /// <summary>A file of tables: a table's own, a column file beside it, or a segment.</summary>
    Table,
}
