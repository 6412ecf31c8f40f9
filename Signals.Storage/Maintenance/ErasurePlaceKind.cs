namespace Signals.Storage.Maintenance;

/// <summary>What kind of place held an erased user's events.</summary>
public enum ErasurePlaceKind
{
    /// <summary>Events in memory that no table holds yet. The memory is used again, not overwritten at once.</summary>
    Memory,

    /// <summary>A log that was written before the erasure or with it. Whether the user is in it is not looked up.</summary>
    Log,

    /// <summary>A file of tables: a table's own, a column file beside it, or a segment.</summary>
    Table,
}
