namespace Signals;

/// <summary>
/// How long a store keeps its past states, so that reads of the past and receipts can be answered. It costs the disk space of
/// files that merges replaced and of logs that flushes made unnecessary, one more sync per flush and import, and little else.
/// Immutable.
/// </summary>
public sealed class VersionRetention
{
    /// <summary>
    /// Keeps no versions and deletes those that were kept. That differs from leaving the setting out, which goes on as the store
    /// did before.
    /// </summary>
    public static VersionRetention None { get; } = new() { Age = TimeSpan.Zero, MaxBytes = 0 };

    /// <summary>How old a state may become and still be read. From 1 s to 3,650 days, default 1 day.</summary>
    public TimeSpan Age { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// About how many bytes may be kept that the store itself no longer needs. Beyond it the oldest versions go before their age.
    /// At least 1 MiB, default 16 GiB.
    /// </summary>
    public long MaxBytes { get; init; } = 16L << 30;

    /// <summary>
    /// How often a state is recorded, and so how precisely a time of the past can be chosen. From 10 ms to 1 hour, default 1 s;
    /// at least a millionth of <see cref="Age"/>.
    /// </summary>
    public TimeSpan Granularity { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether this is <see cref="None"/>.</summary>
    internal bool IsNone => ReferenceEquals(this, None);
}
