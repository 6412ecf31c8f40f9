namespace Signals.Parquet.Reading.Columns;

/// <summary>What a column has in a row of a batch.</summary>
internal enum RowMark : byte
{
    /// <summary>The cell is null in the file.</summary>
    Missing = 0,

    /// <summary>A value.</summary>
    Value = 1,

    /// <summary>Null as a file of ours says it: not absent.</summary>
    Null = 2,

    /// <summary>A value that cannot be taken; the row is refused.</summary>
    Bad = 3,
}
