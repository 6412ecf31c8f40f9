using Signals.Offline;

namespace Signals.Parquet;

/// <summary>What an import read and made. Immutable.</summary>
public sealed record ParquetImportResult
{
    /// <summary>The segments, in the order of the files; each worker makes one. Imported segments are no longer at their paths.</summary>
    public required IReadOnlyList<SegmentInfo> Segments { get; init; }

    /// <summary>The files that were read.</summary>
    public required int Files { get; init; }

    /// <summary>Rows that were read, including those that were refused or empty.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows of corrections in which every cell is absent: they say nothing.</summary>
    public required long EmptyRows { get; init; }

    /// <summary>Rows that were refused.</summary>
    public required long RejectedRows { get; init; }

    /// <summary>The first of the refused rows, at most 100.</summary>
    public required IReadOnlyList<ParquetReject> Rejects { get; init; }
}
