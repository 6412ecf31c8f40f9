namespace Signals.Parquet;

/// <summary>A file that an export wrote. Immutable.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Bytes">Its length.</param>
public sealed record ParquetExportedFile(string Path, long Rows, long Bytes);
