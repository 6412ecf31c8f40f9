namespace Signals.Parquet;

/// <summary>How far an export or import is. Immutable.</summary>
/// <param name="Rows">Rows read or written so far.</param>
/// <param name="MostRows">No more than this many rows are there in all.</param>
/// <param name="Rejects">Rows of an import that were refused so far.</param>
public readonly record struct ParquetProgress(long Rows, long MostRows, long Rejects);
