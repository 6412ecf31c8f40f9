using Signals.Maintenance;
using Signals.Storage.Compaction;
using Signals.Storage.Tables;

namespace Signals.Storage.Engine.Context;

/// <summary>The validated settings of one engine. Immutable; see the public <c>StoreOptions</c> for their meaning.</summary>
internal sealed record EngineOptions
{
    public required Durability Durability { get; init; }

    public required int RingBytes { get; init; }

    public required int MaxBatchBytes { get; init; }

    public required long MemTableBytes { get; init; }

    public required int MaxFrozenMemTables { get; init; }

    public int SlowdownTables { get; init; } = 2000;

    public required long LogBytes { get; init; }

    public required long BlockCacheBytes { get; init; }

    /// <summary>The most bytes of heads, out of <see cref="BlockCacheBytes"/>.</summary>
    public long HeadCacheBytes { get; init; }

    /// <summary>Whether directories and indexes of tables share <see cref="BlockCacheBytes"/> with the blocks.</summary>
    public bool CacheHoldsDirectories { get; init; }

    public required long CompactionBytesPerSecond { get; init; }

    public required TimeSpan SyncInterval { get; init; }

    public required TimeSpan MaxFutureTime { get; init; }

    public TimeSpan MaxPastTime { get; init; } = TimeSpan.MaxValue;

    /// <summary>What happens to single events whose time is not accepted.</summary>
    public RejectedEvents RejectedEvents { get; init; }

    /// <summary>How long patches wait when no opening ever stated it.</summary>
    public static TimeSpan DefaultOrphanGrace { get; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long patches wait for their event. Null for what the store recorded;
    /// <see cref="Signals.Storage.Engine.Recovery.KeepChoice"/> settles it.
    /// </summary>
    public TimeSpan? OrphanGrace { get; init; }

    /// <summary>
    /// How long versions are kept. Null for what the store recorded;
    /// <see cref="Signals.Storage.Engine.Recovery.KeepChoice"/> settles it.
    /// </summary>
    public VersionRetention? Retention { get; init; }

    /// <summary>The retention that was settled; null when no versions are kept.</summary>
    public VersionRetention? KeptVersions => Retention is { IsNone: false } ? Retention : null;

    /// <summary>
    /// How long expired rows stay in the files. With kept versions, a merge must not take a row from a read that began a moment
    /// before the merge.
    /// </summary>
    public TimeSpan ReclaimDelay => KeptVersions is null ? TimeSpan.Zero : TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a shorter last-N or max age, or a clock that jumped ahead, has no effect on disk. Zero for none of that.
    /// </summary>
    public TimeSpan RetentionGrace { get; init; }

    /// <summary>How long opening waits for a file handle.</summary>
    public TimeSpan OpeningPatience { get; init; } = TimeSpan.FromSeconds(10);

    public required TableOptions Tables { get; init; }

    public required CompactionOptions Compaction { get; init; }

    /// <summary>The store's name in measurements; null for the name of its folder.</summary>
    public string? Name { get; init; }

    public StoreObserver? Observer { get; init; }

    /// <summary>Whether the engine runs threads of its own, or only when <see cref="StoreEngine.RunPending"/> is called.</summary>
    public bool Background { get; init; } = true;

    /// <summary>Bytes of the first log of an opening: a small share, because most stores of a process with many get few events.</summary>
    public long FirstLogBytes => Math.Min(LeastLogBytes, Math.Max(LogBytes / 128, 64 << 10));

    /// <summary>Bytes of the smallest log after it: a few of the largest entries. Logs grow up to <see cref="LogBytes"/>.</summary>
    public long LeastLogBytes => Math.Min(LogBytes, Math.Max(LogBytes / 64, 4L * (MaxRunBytes + 4096)));

    /// <summary>Most bytes that one log entry takes from the ring.</summary>
    public int MaxRunBytes => (int)Math.Max(MaxBatchBytes, Math.Min(1 << 20, LogBytes / 4));
}
