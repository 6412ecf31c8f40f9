namespace Signals.Storage.History;

/// <summary>
/// How long a store keeps what it consisted of, so that reads of the past and receipts can be answered. It costs the disk space of files that
/// merges replaced and of logs that flushes made unnecessary, one more sync per flush and import, and little else.
/// </summary>
public sealed class VersionRetention
{
    /// <summary>No versions are kept, and those that were are let go. Leaving the setting out says something else: as the store did so far.</summary>
    public static VersionRetention None { get; } = new() { Age = TimeSpan.Zero, MaxBytes = 0 };

    /// <summary>How old a state may be and still be read. From 1 s to 3,650 days, default 1 day.</summary>
    public TimeSpan Age { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// About how many bytes may be kept that the store itself needs no longer; beyond it the oldest versions go before their age. At least 1 MiB,
    /// default 16 GiB.
    /// </summary>
    public long MaxBytes { get; init; } = 16L << 30;

    /// <summary>How fine a time of the past is told from another: a state is noted this often. From 10 ms to 1 hour, default 1 s; at
    /// least a millionth of <see cref="Age"/>.</summary>
    public TimeSpan Granularity { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether this is <see cref="None"/>.</summary>
    internal bool IsNone => ReferenceEquals(this, None);
}
