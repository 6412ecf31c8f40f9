namespace Signals.Parquet;

/// <summary>A row that was not imported. Immutable.</summary>
/// <param name="File">The path of the file.</param>
/// <param name="RowGroup">The row group in the file, from 0.</param>
/// <param name="Row">The row in the row group, from 0.</param>
/// <param name="Reason">The column, and what is wrong with its value.</param>
public sealed record ParquetReject(string File, int RowGroup, long Row, string Reason)
{
    /// <summary>Place and reason, as messages show them.</summary>
    public override string ToString() => $"'{File}', row group {RowGroup}, row {Row}: {Reason}";
}
