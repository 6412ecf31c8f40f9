namespace Signals.Core.Columns;

/// <summary>Which stamps rows carry one by one; what is not among them is the same for all rows of a run. Persisted in tables.</summary>
[Flags]
internal enum StampParts : byte
{
    /// <summary>Every row was inserted, and every cell set, with the run's stamp.</summary>
    None = 0,

    /// <summary>Per row, when it was inserted and when retracted.</summary>
    Existence = 1,

    /// <summary>Per row and column, when the cell was set.</summary>
    Cells = 2,
}
