namespace Signals.Storage.Compaction;

/// <summary>When tables are merged. Immutable; checked once, when the store opens.</summary>
internal sealed record CompactionOptions
{
    /// <summary>
    /// How many runs of similar size in one window make a merge worthwhile. Fewer runs make reads cheaper and writes dearer.
    /// </summary>
    public int MinRuns { get; init; } = 4;

    /// <summary>
    /// Most runs that one merge reads, which bounds its memory. A window with that many runs counts as overloaded and is merged
    /// whatever the sizes.
    /// </summary>
    public int MaxRuns { get; init; } = 12;

    /// <summary>Runs are of similar size while the largest is at most this many times the smallest.</summary>
    public double SizeRatio { get; init; } = 3;

    /// <summary>Runs below this many bytes all count as similar: rewriting them costs next to nothing.</summary>
    public long SmallRunBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Most bytes that one merge by size reads. Merges for erasures, last-N and full compactions have no such limit.
    /// </summary>
    public long MaxMergeBytes { get; init; } = 8L << 30;

    /// <summary>
    /// How many bytes a table should hold before time divides it from its neighbours. Windows that hold less share a table, in
    /// flushes and merges. A table of several windows that has grown beyond this size is divided by the next merge.
    /// </summary>
    public long WindowBytes { get; init; } = 32 << 20;

    /// <summary>How much data of one user a merge of several tables accepts.</summary>
    public UserLimit UserLimit { get; init; } = UserLimit.Default;

    /// <summary>
    /// The share of a table's rows that last-N must put out of reach before the table is rewritten for that reason alone.
    /// </summary>
    public double MinSurplusShare { get; init; } = 0.25;

    /// <summary>Throws when the values contradict each other.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message says what is allowed.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MinRuns, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRuns, MinRuns);
        ArgumentOutOfRangeException.ThrowIfNegative(SmallRunBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMergeBytes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(WindowBytes);
        if (!(SizeRatio >= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(SizeRatio), SizeRatio, "SizeRatio must be at least 1.");
        }

        if (!(MinSurplusShare is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(MinSurplusShare), MinSurplusShare, "MinSurplusShare must be above 0 and at most 1.");
        }
    }
}
