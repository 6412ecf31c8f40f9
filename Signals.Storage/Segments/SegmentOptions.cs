namespace Signals.Storage.Segments;

/// <summary>What a segment is and how it is made. Checked when a <see cref="SegmentWriter"/> is created.</summary>
public sealed class SegmentOptions
{
    /// <summary>Smallest <see cref="MemoryBudgetBytes"/>: 1 MiB.</summary>
    public const long MinMemoryBudgetBytes = 1 << 20;

    /// <summary>Largest <see cref="Generation"/>: 2^47 - 1.</summary>
    public const long MaxGeneration = (1L << 47) - 1;

    /// <summary>
    /// Which of two cells of an event wins: the one of the later generation. From 1 to 2^47 - 1; what the store streams has 0.
    /// A job that runs daily takes the day's number, say.
    /// </summary>
    public required long Generation { get; init; }

    /// <summary>Decides within a generation: the greater rank wins.</summary>
    public ushort SourceRank { get; init; }

    /// <summary>Who made it, for reports: 1 to 128 letters, digits, '_', '.' or '-' of ASCII.</summary>
    public string Source { get; init; } = "segment";

    /// <summary>The days that the store's history is right for once this segment is in it, as its maker claims; none by default.</summary>
    public DayRange? CorrectedDays { get; init; }

    /// <summary>
    /// Memory for rows: more of them are sorted in temporary files beside the segment. The rows of one user in one time window, and
    /// about 40 bytes per user of the largest window, come on top. At least 1 MiB; default 256 MiB.
    /// </summary>
    public long MemoryBudgetBytes { get; init; } = 256 << 20;

    internal void Validate()
    {
        Require(Generation is >= 1 and <= MaxGeneration, nameof(Generation), Generation, $"from 1 to {MaxGeneration}");
        Require(MemoryBudgetBytes >= MinMemoryBudgetBytes, nameof(MemoryBudgetBytes), MemoryBudgetBytes, $"at least {MinMemoryBudgetBytes}");
        Core.Schema.SchemaLimits.CheckName(Source);
    }

    private static void Require(bool holds, string name, long value, string expected)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {expected}.");
        }
    }
}
