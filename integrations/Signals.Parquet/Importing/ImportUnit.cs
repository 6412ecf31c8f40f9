using Signals.Parquet.Reading;

namespace Signals.Parquet.Importing;

/// <summary>A row group to read: the smallest piece that one worker takes. Immutable.</summary>
/// <param name="Source">The file.</param>
/// <param name="RowGroup">The row group in the file, from 0.</param>
/// <param name="Rows">Its rows, as the footer says.</param>
/// <param name="Stamp">What tells that the file is still the same.</param>
/// <param name="IsSorted">Whether the file is one of ours, whose rows are sorted by user.</param>
internal sealed record ImportUnit(SourcePath Source, int RowGroup, long Rows, SourceStamp Stamp, bool IsSorted);
