using Signals.Enrichment;
using Signals.Maintenance;
using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Storage.Tables;

namespace Signals;

/// <summary>
/// Settings of a store. The defaults suit most stores. Sizes are in bytes. The settings are checked once, when the store is
/// opened. Immutable.
/// </summary>
public sealed class StoreOptions
{
    // Most recorded states of the past; each takes about 24 bytes of memory.
    private const double MostSamples = 1_000_000;

    private readonly int? _ringBytes;
    private readonly long? _memTableBytes;
    private readonly long? _blockCacheBytes;
    private readonly long? _availableBytes;

    /// <summary>What an acknowledged append survives. Default <see cref="Durability.Buffered"/>.</summary>
    public Durability Durability { get; init; } = Durability.Buffered;

    /// <summary>
    /// Size of the ring buffer between producers and the engine; a power of two. Default 8 MiB, or less where memory is short; see
    /// <see cref="MemTableBytes"/>.
    /// </summary>
    public int RingBytes
    {
        get => _ringBytes ?? DefaultShares.Ring;
        init => _ringBytes = value;
    }

    /// <summary>
    /// Largest encoded batch, at most a quarter of <see cref="RingBytes"/> and of <see cref="LogBytes"/>. Default 1 MiB.
    /// </summary>
    public int MaxBatchBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Memory of one memtable; up to <see cref="MaxFrozenMemTables"/> + 2 of them exist. Larger than a batch. Default 128 MiB, or
    /// less where memory is short: the defaults of <see cref="RingBytes"/>, of all memtables and of <see cref="BlockCacheBytes"/>
    /// together are at most a quarter of the memory that the process may use, which is that of its container if it has a limit.
    /// They shrink in proportion, but the ring always holds four batches and a memtable two. A size that you set is taken as it is.
    /// </summary>
    public long MemTableBytes
    {
        get => _memTableBytes ?? DefaultShares.MemTable;
        init => _memTableBytes = value;
    }

    /// <summary>How many full memtables may wait to be flushed before ingest stalls. Default 2.</summary>
    public int MaxFrozenMemTables { get; init; } = 2;

    /// <summary>
    /// When the store has this many tables, ingest is slowed while compaction has work: a full memtable waits until compaction
    /// has caught up, at most a second, and at most ten seconds with ten times as many tables.
    /// <see cref="StoreStats.TableStalls"/> counts the waits. At least 1, default 2,000.
    /// </summary>
    public int SlowdownTables { get; init; } = 2000;

    /// <summary>Size of one write-ahead log file. Default 64 MiB.</summary>
    public long LogBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Memory for cached blocks of tables. Default 256 MiB, or less where memory is short; see <see cref="MemTableBytes"/>.
    /// </summary>
    public long BlockCacheBytes
    {
        get => _blockCacheBytes ?? DefaultShares.Cache;
        init => _blockCacheBytes = value;
    }

    /// <summary>
    /// How much of the memory for cached blocks may hold heads instead: the newest events of users that are read, merged and decoded, so
    /// that reading them again takes about a microsecond, also while their events come in. Heads take room as users are read. 0 for no
    /// heads; null, the default, for half of the memory for cached blocks. More than all of it counts as all of it.
    /// </summary>
    public long? HeadCacheBytes { get; init; }

    /// <summary>
    /// One budget for all of the store's memory, at least 32 MiB. When it is set, <see cref="RingBytes"/>,
    /// <see cref="MemTableBytes"/> and <see cref="BlockCacheBytes"/> are ignored. When it is null, the default, they set the
    /// sizes one by one. A sixty-fourth of the budget is the ring: at most 8 MiB and at least four times
    /// <see cref="MaxBatchBytes"/>. Half is for the <see cref="MaxFrozenMemTables"/> + 2 memtables. The rest is shared by the
    /// tables' directories, which take what they need, and cached blocks. Working memory of flushes, merges, imports and answers
    /// comes on top.
    /// </summary>
    public long? MemoryBudgetBytes { get; init; }

    /// <summary>
    /// Whether numbers in tables take as many bits as they need (true), or whole bytes. Bits make tables smaller, by a quarter
    /// where events consist of numbers alone, so that more of them fit the block cache. Whole bytes are read a few percent faster
    /// once they are cached. The setting applies to tables written from now on; the store reads both. Default true.
    /// </summary>
    public bool PackNumbers { get; init; } = true;

    /// <summary>
    /// Whether blocks of tables are small: 256 rows or a little more instead of 64 KiB of unencoded values. A read of a user who is in no
    /// cache then fetches about two pages of each table from the device instead of five to ten. Tables take about 1 % more bytes, and
    /// scans take 4 to 10 % longer. It pays where most of the store does not fit into memory. The setting applies to tables written from
    /// now on; the store reads both. Default false.
    /// </summary>
    public bool SmallBlocks { get; init; }

    /// <summary>
    /// How many table bytes background compaction reads per second at most. While a caller of <see cref="SignalStore.CompactAsync"/>
    /// waits, there is no limit. Default 256 MiB.
    /// </summary>
    public long CompactionBytesPerSecond { get; init; } = 256 << 20;

    /// <summary>
    /// With <see cref="Durability.Buffered"/>: how often the log is synced. A power cut can lose what was written
    /// since the last sync and while a sync runs. From 1 ms to 1 day, default 1 s.
    /// </summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How far in the future an event's time may be; events beyond it are refused. Default 1 day.</summary>
    public TimeSpan MaxFutureTime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How far in the past an event's time may be; events before it are refused. Default 18,250 days, 50 years. That accepts
    /// every user history that computers recorded, and refuses times from a clock that was never set or from a number in another
    /// unit. Longer spans are allowed, back to the year 1.
    /// </summary>
    public TimeSpan MaxPastTime { get; init; } = TimeSpan.FromDays(18_250);

    /// <summary>
    /// What happens to a batch of which some events have a time that is not accepted: it is refused whole, the default, or only these
    /// events are left out and counted.
    /// </summary>
    public RejectedEvents RejectedEvents { get; init; }

    /// <summary>Enrichers that run when events are indexed; none by default.</summary>
    public EnrichmentOptions? Enrichment { get; init; }

    /// <summary>
    /// The store's name in the tag <c>signals.store</c> of measurements and activities; null for the name of its folder. Give
    /// stores different names when their folders have the same name.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>Receives flushes, compactions, stalls and failures; null for no observer.</summary>
    public StoreObserver? Observer { get; init; }

    /// <summary>
    /// How long corrections and enrichments of imported segments wait for their event, counted from the import. After that they
    /// are dropped, counted and reported. From zero to 3,650 days. The store records the value. Null, the default, uses the
    /// recorded value, or 7 days in a store without one.
    /// </summary>
    public TimeSpan? OrphanGrace { get; init; }

    /// <summary>
    /// How long past states are kept, for reads of the past and for receipts. The store records the value. Null, the default,
    /// uses the recorded value, or keeps none in a store without one. <see cref="VersionRetention.None"/> deletes what
    /// was kept. Keeping states needs a <see cref="Durability"/> with a log; keeping none costs nothing.
    /// </summary>
    public VersionRetention? VersionRetention { get; init; }

    /// <summary>
    /// How long a shorter <c>KeepLast</c> or <c>MaxAge</c> than the opening before declared has no effect on disk. Reads follow it at
    /// once. Declaring the old limits again within this time brings everything back. For the same time nothing is deleted because of a
    /// clock that jumped ahead by more. Make it longer than the time between two openings if the store is opened only now and then. A
    /// clock waits for a minute at least. From zero, which deletes at once, to 3,650 days. Default 1 day.
    /// </summary>
    public TimeSpan RetentionGrace { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How long <see cref="SignalStore.OpenAsync"/> waits for a process that has the store open, such as the one that this one replaces.
    /// <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes. Zero, the default, does not wait.
    /// </summary>
    public TimeSpan LockWait { get; init; }

    /// <summary>Where the store takes the time from; the system by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The memory that the process may use, which the default sizes depend on. Tests set it.</summary>
    internal long AvailableBytes
    {
        get => _availableBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        init => _availableBytes = value;
    }

    /// <summary>
    /// Everything that is wrong with these settings, one sentence each; empty when a store can be opened with them.
    /// </summary>
    public IReadOnlyList<string> GetErrors() => [.. Errors().Select(error => error.Message)];

    internal EngineOptions Validate()
    {
        ArgumentNullException.ThrowIfNull(TimeProvider);
        foreach ((string name, object value, string message) in Errors())
        {
            throw new ArgumentOutOfRangeException(name, value, message);
        }

        MemoryShares shares = Shares;
        return new EngineOptions
        {
            Durability = Durability,
            RingBytes = shares.Ring,
            MaxBatchBytes = MaxBatchBytes & ~7,
            MemTableBytes = shares.MemTable,
            MaxFrozenMemTables = MaxFrozenMemTables,
            SlowdownTables = SlowdownTables,
            LogBytes = LogBytes,
            BlockCacheBytes = shares.Cache,
            HeadCacheBytes = Math.Min(HeadCacheBytes ?? (shares.Cache / 2), shares.Cache),
            CacheHoldsDirectories = MemoryBudgetBytes is not null,
            CompactionBytesPerSecond = CompactionBytesPerSecond,
            SyncInterval = SyncInterval,
            MaxFutureTime = MaxFutureTime,
            MaxPastTime = MaxPastTime,
            RejectedEvents = RejectedEvents,
            Name = Name,
            Observer = Observer,
            OrphanGrace = OrphanGrace,
            Retention = VersionRetention,
            RetentionGrace = RetentionGrace,
            Tables = (SmallBlocks ? new TableOptions().WithSmallBlocks() : new TableOptions()) with { PackNumbers = PackNumbers },
            Compaction = new CompactionOptions(),
        };
    }

    private MemoryShares DefaultShares => MemoryShares.ForMemory(AvailableBytes, MaxBatchBytes, MaxFrozenMemTables);

    private MemoryShares Shares => MemoryBudgetBytes is long budget
        ? MemoryShares.Divide(budget, MaxBatchBytes, MaxFrozenMemTables)
        : new MemoryShares(RingBytes, MemTableBytes, BlockCacheBytes);

    private IEnumerable<(string Name, object Value, string Message)> Errors()
    {
        MemoryShares shares = Shares;
        VersionRetention kept = VersionRetention is { IsNone: false } stated ? stated : new VersionRetention();
        (bool Holds, string Name, object Value, string Expected)[] rules =
        [
            (Enum.IsDefined(Durability), nameof(Durability), Durability, "one of the modes"),
            (int.IsPow2(RingBytes) && RingBytes >= 4096, nameof(RingBytes), RingBytes, "a power of two, at least 4096"),
            (MaxBatchBytes >= 256 && MaxBatchBytes <= shares.Ring / 4, nameof(MaxBatchBytes), MaxBatchBytes, "from 256 to RingBytes / 4"),
            (MemoryBudgetBytes is null or >= 32 << 20, nameof(MemoryBudgetBytes), MemoryBudgetBytes ?? 0, "at least 32 MiB, or null"),
            (shares.MemTable >= 65536 && shares.Cache >= 0,
                MemoryBudgetBytes is null ? nameof(MemTableBytes) : nameof(MemoryBudgetBytes), MemoryBudgetBytes ?? MemTableBytes,
                "enough for the ring, which holds four batches, and memtables of 65536 bytes"),
            (MaxBatchBytes <= LogBytes / 4, nameof(LogBytes), LogBytes, "at least 4 x MaxBatchBytes"),
            (LogBytes >= 16384, nameof(LogBytes), LogBytes, "at least 16384"),
            (MemTableBytes >= 65536, nameof(MemTableBytes), MemTableBytes, "at least 65536"),
            (MaxFrozenMemTables >= 1, nameof(MaxFrozenMemTables), MaxFrozenMemTables, "at least 1"),
            (SlowdownTables >= 1, nameof(SlowdownTables), SlowdownTables, "at least 1"),
            (HeadCacheBytes is null or >= 0, nameof(HeadCacheBytes), HeadCacheBytes ?? 0, "at least 0, or null"),
            (BlockCacheBytes >= 0, nameof(BlockCacheBytes), BlockCacheBytes, "at least 0"),
            (CompactionBytesPerSecond >= 1 << 20, nameof(CompactionBytesPerSecond), CompactionBytesPerSecond, "at least 1 MiB"),
            (SyncInterval >= TimeSpan.FromMilliseconds(1) && SyncInterval <= TimeSpan.FromDays(1),
                nameof(SyncInterval), SyncInterval, "from 1 ms to 1 day"),
            (MaxFutureTime >= TimeSpan.Zero, nameof(MaxFutureTime), MaxFutureTime, "at least zero"),
            (Enum.IsDefined(RejectedEvents), nameof(RejectedEvents), RejectedEvents, "one of the policies"),
            (MaxPastTime > TimeSpan.Zero, nameof(MaxPastTime), MaxPastTime, "more than zero"),
            (VersionRetention is null or { IsNone: true } || Durability != Durability.InMemory,
                nameof(VersionRetention), Durability, "null or None with a durability mode that keeps no log"),
            (kept.Age >= TimeSpan.FromSeconds(1) && kept.Age <= TimeSpan.FromDays(3650),
                "VersionRetention.Age", kept.Age, "from 1 s to 3,650 days"),
            (kept.MaxBytes >= 1 << 20, "VersionRetention.MaxBytes", kept.MaxBytes, "at least 1 MiB"),
            (kept.Granularity >= TimeSpan.FromMilliseconds(10) && kept.Granularity <= TimeSpan.FromHours(1),
                "VersionRetention.Granularity", kept.Granularity, "from 10 ms to 1 hour"),
            (kept.Age.TotalSeconds / MostSamples <= kept.Granularity.TotalSeconds,
                "VersionRetention.Granularity", kept.Granularity, $"at least 1/{MostSamples} of VersionRetention.Age"),
            (OrphanGrace is null || (OrphanGrace >= TimeSpan.Zero && OrphanGrace <= TimeSpan.FromDays(3650)),
                nameof(OrphanGrace), OrphanGrace ?? default, "from zero to 3,650 days"),
            (RetentionGrace >= TimeSpan.Zero && RetentionGrace <= TimeSpan.FromDays(3650),
                nameof(RetentionGrace), RetentionGrace, "from zero to 3,650 days"),
            (LockWait == Timeout.InfiniteTimeSpan || (LockWait >= TimeSpan.Zero && LockWait <= TimeSpan.FromDays(1)),
                nameof(LockWait), LockWait, "from zero to 1 day, or Timeout.InfiniteTimeSpan"),
        ];
        foreach ((bool holds, string name, object value, string expected) in rules)
        {
            if (!holds)
            {
                yield return (name, value, $"{name} must be {expected}; it is {value}.");
            }
        }
    }
}
