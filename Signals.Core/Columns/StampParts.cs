namespace Signals.Core.Columns;

/// <summary>
/// Which stamps are kept for each row. A stamp that is not among them is the same for all rows of a run. The numbers are
/// persisted in tables.
/// </summary>
[Flags]
internal enum StampParts : byte
{
    /// <summary>Every row was inserted, and every cell set, with the run's stamp.</summary>
    None = 0,

    /// <summary>Each row has the stamps of its insertion and its retraction.</summary>
    Existence = 1,

    /// <summary>Each cell has the stamp with which it was set.</summary>
    Cells = 2,
}
