using Signals.Core.Model;
using Signals.Storage.Compaction;
using Signals.Storage.Engine;
using Signals.Storage.Indexing;
using Signals.Storage.Tables;

namespace Signals.Storage;

/// <summary>Settings of a store. The defaults serve; sizes are bytes. Checked once, when the store is opened.</summary>
public sealed class StoreOptions
{
    /// <summary>What an acknowledged append survives; <see cref="Core.Model.Durability.Buffered"/> by default.</summary>
    public Durability Durability { get; init; } = Durability.Buffered;

    /// <summary>Memory between producers and the engine; a power of two. Default 8 MiB.</summary>
    public int RingBytes { get; init; } = 8 << 20;

    /// <summary>Largest encoded batch, at most a quarter of <see cref="RingBytes"/> and of <see cref="LogBytes"/>. Default 1 MiB.</summary>
    public int MaxBatchBytes { get; init; } = 1 << 20;

    /// <summary>Memory of one memtable; up to <see cref="MaxFrozenMemTables"/> + 2 of them exist. Larger than a batch. Default 128 MiB.</summary>
    public long MemTableBytes { get; init; } = 128 << 20;

    /// <summary>How many full memtables may wait to be flushed before ingest stalls. Default 2.</summary>
    public int MaxFrozenMemTables { get; init; } = 2;

    /// <summary>Size of one write-ahead log file. Default 64 MiB.</summary>
    public long LogBytes { get; init; } = 64 << 20;

    /// <summary>Memory for blocks of tables. Default 256 MiB.</summary>
    public long BlockCacheBytes { get; init; } = 256 << 20;

    /// <summary>Most table bytes that background compaction reads per second. Default 256 MiB.</summary>
    public long CompactionBytesPerSecond { get; init; } = 256 << 20;

    /// <summary>With <see cref="Core.Model.Durability.Buffered"/>: how often the log is synced. A power cut can take what was written since, and
    /// while the sync runs. From 1 ms to 1 day, default 1 s.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How far ahead of now an event's time may lie; later ones are refused. Default 1 day.</summary>
    public TimeSpan MaxFutureTime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Enrichers that run when events are indexed; none by default.</summary>
    public EnrichmentOptions? Enrichment { get; init; }

    /// <summary>Where the store takes the time from; the system by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal EngineOptions Validate()
    {
        if (!Enum.IsDefined(Durability))
        {
            throw new ArgumentOutOfRangeException(nameof(Durability), Durability, "Unknown durability mode.");
        }

        Require(int.IsPow2(RingBytes) && RingBytes >= 4096, nameof(RingBytes), RingBytes, "a power of two, at least 4096");
        Require(MaxBatchBytes >= 256 && MaxBatchBytes <= RingBytes / 4, nameof(MaxBatchBytes), MaxBatchBytes, "from 256 to RingBytes / 4");
        Require(MaxBatchBytes <= LogBytes / 4, nameof(LogBytes), LogBytes, "at least 4 x MaxBatchBytes");
        Require(LogBytes >= 16384, nameof(LogBytes), LogBytes, "at least 16384");
        Require(MemTableBytes >= 65536, nameof(MemTableBytes), MemTableBytes, "at least 65536");
        Require(MaxFrozenMemTables >= 1, nameof(MaxFrozenMemTables), MaxFrozenMemTables, "at least 1");
        Require(BlockCacheBytes >= 0, nameof(BlockCacheBytes), BlockCacheBytes, "at least 0");
        Require(CompactionBytesPerSecond >= 1 << 20, nameof(CompactionBytesPerSecond), CompactionBytesPerSecond, "at least 1 MiB");
        Require(
            SyncInterval >= TimeSpan.FromMilliseconds(1) && SyncInterval <= TimeSpan.FromDays(1), nameof(SyncInterval), SyncInterval, "from 1 ms to 1 day");
        Require(MaxFutureTime >= TimeSpan.Zero, nameof(MaxFutureTime), MaxFutureTime, "at least zero");
        ArgumentNullException.ThrowIfNull(TimeProvider);
        return new EngineOptions
        {
            Durability = Durability,
            RingBytes = RingBytes,
            MaxBatchBytes = MaxBatchBytes & ~7,
            MemTableBytes = MemTableBytes,
            MaxFrozenMemTables = MaxFrozenMemTables,
            LogBytes = LogBytes,
            BlockCacheBytes = BlockCacheBytes,
            CompactionBytesPerSecond = CompactionBytesPerSecond,
            SyncInterval = SyncInterval,
            MaxFutureTime = MaxFutureTime,
            Tables = new TableOptions(),
            Compaction = new CompactionOptions(),
        };
    }

    private static void Require(bool holds, string name, object value, string expected)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {expected}.");
        }
    }
}
