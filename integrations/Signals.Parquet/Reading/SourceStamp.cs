namespace Signals.Parquet.Reading;

/// <summary>What tells that a file is still the one that was looked at before. Immutable.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="WrittenUtc">When it was written last.</param>
/// <param name="Rows">Its rows, as the footer says.</param>
internal readonly record struct SourceStamp(long Bytes, DateTime WrittenUtc, long Rows);
