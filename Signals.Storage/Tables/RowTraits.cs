namespace Signals.Storage.Tables;

/// <summary>Properties that at least one row of a table has. They tell reads which shortcuts are allowed. Persisted.</summary>
[Flags]
internal enum RowTraits : byte
{
    /// <summary>Every row is an event that exists.</summary>
    None = 0,

    /// <summary>Some row was retracted.</summary>
    Retracted = 1,

    /// <summary>Some row of a table of events was never inserted, only retracted.</summary>
    NeverInserted = 2,
}
