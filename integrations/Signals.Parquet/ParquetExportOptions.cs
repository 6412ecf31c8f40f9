namespace Signals.Parquet;

/// <summary>What is exported, where to, and how the files are made. Checked when the export begins.</summary>
public sealed class ParquetExportOptions
{
    /// <summary>The smallest <see cref="MemoryBudgetBytes"/>: 8 MiB.</summary>
    public const long LeastMemoryBudgetBytes = 8 << 20;

    /// <summary>The most rows of a row group.</summary>
    public const int MostRowGroupRows = 1 << 20;

    /// <summary>The folder that gets a folder <c>type=NAME</c> for each event type. It is made when it is not there.</summary>
    public required string Folder { get; init; }

    /// <summary>The event types; empty for all.</summary>
    public IReadOnlyList<string> EventTypes { get; init; } = [];

    /// <summary>Only events at or after this time; null for all.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only events before this time; null for all.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>How files are divided by event time. Default: by day.</summary>
    public ParquetPartition Partition { get; init; }

    /// <summary>
    /// Whether files of an earlier export of the same event types may be replaced. By default an event type that has files is refused.
    /// Only files that Signals wrote are replaced; a folder with others is refused in any case. An earlier export is replaced as a whole,
    /// so it is refused together with <see cref="From"/> or <see cref="To"/>: the events outside of them would be gone.
    /// </summary>
    public bool Overwrite { get; init; }

    /// <summary>What becomes of text that is not UTF-8. Default: an error.</summary>
    public ParquetTextRule NotUtf8 { get; init; }

    /// <summary>
    /// The most rows of a row group; it has fewer where the memory budget or wide rows ask for it. Default 122,880, at most 1,048,576.
    /// </summary>
    public int RowGroupRows { get; init; } = 122_880;

    /// <summary>
    /// Bytes of memory for rows that wait to be written, over all workers. Scanning, encoding and compressing take about 64 MiB a
    /// worker on top of it; the block cache of the store is filled by scanning, too. Default 256 MiB, at least 8 MiB.
    /// </summary>
    public long MemoryBudgetBytes { get; init; } = 256L << 20;

    /// <summary>The level of Zstandard, 1 to 22. Default 1.</summary>
    public int CompressionLevel { get; init; } = 1;

    /// <summary>
    /// How many workers scan and write beside each other, each with other users and files. Default: the number of processors.
    /// </summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Receives the progress now and then, from the threads of the workers; null for nobody.</summary>
    public IProgress<ParquetProgress>? Progress { get; init; }

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Folder);
        Require(Parallelism >= 1, nameof(Parallelism), Parallelism, "at least 1");
        Require(RowGroupRows is >= 1 and <= MostRowGroupRows, nameof(RowGroupRows), RowGroupRows, $"from 1 to {MostRowGroupRows}");
        Require(
            MemoryBudgetBytes >= LeastMemoryBudgetBytes,
            nameof(MemoryBudgetBytes),
            MemoryBudgetBytes,
            $"at least {LeastMemoryBudgetBytes}");
        Require(CompressionLevel is >= 1 and <= 22, nameof(CompressionLevel), CompressionLevel, "from 1 to 22");
        Require(Enum.IsDefined(Partition), nameof(Partition), (long)Partition, "a known value");
        Require(Enum.IsDefined(NotUtf8), nameof(NotUtf8), (long)NotUtf8, "a known value");
        Require(From is null || To is null || From <= To, nameof(From), 0, "not after To");
    }

    private static void Require(bool holds, string name, long value, string expected)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {expected}.");
        }
    }
}
