namespace Signals.Parquet;

/// <summary>What an export wrote. Immutable.</summary>
public sealed record ParquetExportResult
{
    /// <summary>The files, in the order of their paths.</summary>
    public required IReadOnlyList<ParquetExportedFile> Files { get; init; }

    /// <summary>Rows of all files.</summary>
    public long Rows => Files.Sum(file => file.Rows);

    /// <summary>Bytes of all files.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);
}
