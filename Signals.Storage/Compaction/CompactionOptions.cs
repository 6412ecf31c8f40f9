namespace Signals.Storage.Compaction;

/// <summary>When tables are merged. Immutable; checked once, when the store opens.</summary>
internal sealed record CompactionOptions
{
    /// <summary>Runs of similar size in one window that are worth a merge. Fewer runs make reads cheaper and writes dearer.</summary>
    public int MinRuns { get; init; } = 4;

    /// <summary>
    /// Most runs that one merge reads, which bounds its memory; and the count from which a window counts as overloaded and
    /// is merged whatever the sizes.
    /// </summary>
    public int MaxRuns { get; init; } = 12;

    /// <summary>Runs are of similar size while the largest is at most this many times the smallest.</summary>
    public double SizeRatio { get; init; } = 3;

    /// <summary>Runs below this many bytes all count as similar: rewriting them costs next to nothing.</summary>
    public long SmallRunBytes { get; init; } = 1 << 20;

    /// <summary>Most bytes that one merge by size reads. Erasures, last-N and full compactions are not bound by it.</summary>
    public long MaxMergeBytes { get; init; } = 8L << 30;

    /// <summary>
    /// How much a table should hold before time divides it from its neighbours, in bytes. Windows that hold less share a table, in
    /// flushes and merges; a table of several windows that came to hold more is divided by the next merge.
    /// </summary>
    public long WindowBytes { get; init; } = 32 << 20;

    /// <summary>How much of one user a merge of several tables takes.</summary>
    public UserLimit UserLimit { get; init; } = UserLimit.Default;

    /// <summary>Share of a table's rows that last-N must put out of reach before the table is rewritten for it alone.</summary>
    public double MinSurplusShare { get; init; } = 0.25;

    /// <summary>Throws when the values contradict each other.</summary>
    /// <exception cref="ArgumentException">What is wrong, and what is allowed.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MinRuns, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRuns, MinRuns);
        ArgumentOutOfRangeException.ThrowIfNegative(SmallRunBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMergeBytes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(WindowBytes);
        if (!(SizeRatio >= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(SizeRatio), SizeRatio, "A ratio of sizes is at least 1.");
        }

        if (!(MinSurplusShare is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(MinSurplusShare), MinSurplusShare, "A share is above 0 and at most 1.");
        }
    }
}
