namespace Signals.Storage.Tables;

/// <summary>What at least one row of a table is, so that reads know which short cuts hold. Persisted.</summary>
[Flags]
internal enum RowTraits : byte
{
    /// <summary>Every row is an event that is there.</summary>
    None = 0,

    /// <summary>A row was retracted.</summary>
    Retracted = 1,

    /// <summary>A row of a table of events was never inserted, only retracted.</summary>
    NeverInserted = 2,
}
