namespace Signals.Offline;

/// <summary>What a segment is and how it is written. Checked when a <see cref="SegmentWriter"/> is created.</summary>
public sealed class SegmentOptions
{
    /// <summary>The smallest <see cref="MemoryBudgetBytes"/>: 1 MiB.</summary>
    public const long MinMemoryBudgetBytes = 1 << 20;

    /// <summary>The largest <see cref="Generation"/>: 2^47 - 1.</summary>
    public const long MaxGeneration = (1L << 47) - 1;

    /// <summary>
    /// Decides which of two cells of an event wins: the cell of the later generation. From 1 to 2^47 - 1; streamed events have
    /// generation 0. A daily job can use the number of the day, for example.
    /// </summary>
    public required long Generation { get; init; }

    /// <summary>Decides between cells of the same generation: the greater rank wins.</summary>
    public ushort SourceRank { get; init; }

    /// <summary>
    /// The name of the job or program that writes the segment, for reports: 1 to 128 ASCII letters, digits, '_', '.' or '-'.
    /// </summary>
    public string Source { get; init; } = "segment";

    /// <summary>
    /// The days for which the store's history is right once it has this segment, as the writer of the segment claims. None by
    /// default.
    /// </summary>
    public DayRange? CorrectedDays { get; init; }

    /// <summary>
    /// Bytes of memory for rows. Rows that do not fit are sorted in temporary files beside the segment. The rows of one user in
    /// one time window, and about 40 bytes per user of the largest window, are needed in addition. At least 1 MiB; default 256
    /// MiB.
    /// </summary>
    public long MemoryBudgetBytes { get; init; } = 256 << 20;

    internal void Validate()
    {
        Require(Generation is >= 1 and <= MaxGeneration, nameof(Generation), Generation, $"from 1 to {MaxGeneration}");
        Require(
            MemoryBudgetBytes >= MinMemoryBudgetBytes, nameof(MemoryBudgetBytes), MemoryBudgetBytes, $"at least {MinMemoryBudgetBytes}");
        Signals.Core.Schema.SchemaLimits.CheckName(Source);
    }

    private static void Require(bool holds, string name, long value, string expected)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {expected}.");
        }
    }
}
