using Signals.Enrichment;

namespace Signals.Hosting;

/// <summary>
/// The settings of a store in a host. All of them except the schema and the enrichment can come from configuration. Sizes are in
/// bytes. A setting that is left out has the default of <see cref="StoreOptions"/>. The settings are checked when the host
/// starts, and all errors are reported at once.
/// </summary>
public sealed class SignalsOptions
{
    private static readonly StoreOptions Defaults = new();
    private static readonly VersionRetention DefaultVersions = new();

    private StoreSchema? _schema;
    private EnrichmentOptions? _enrichment;
    private int? _ringBytes;
    private long? _memTableBytes;
    private long? _blockCacheBytes;

    /// <summary>The store's folder. Required.</summary>
    public string Path { get; set; } = "";

    /// <inheritdoc cref="StoreOptions.Name"/>
    public string? Name { get; set; }

    /// <inheritdoc cref="StoreOptions.Durability"/>
    public Durability Durability { get; set; } = Defaults.Durability;

    /// <inheritdoc cref="StoreOptions.RingBytes"/>
    public int RingBytes
    {
        get => _ringBytes ?? GetDefaultSizes().RingBytes;
        set => _ringBytes = value;
    }

    /// <inheritdoc cref="StoreOptions.MaxBatchBytes"/>
    public int MaxBatchBytes { get; set; } = Defaults.MaxBatchBytes;

    /// <inheritdoc cref="StoreOptions.MemTableBytes"/>
    public long MemTableBytes
    {
        get => _memTableBytes ?? GetDefaultSizes().MemTableBytes;
        set => _memTableBytes = value;
    }

    /// <inheritdoc cref="StoreOptions.MaxFrozenMemTables"/>
    public int MaxFrozenMemTables { get; set; } = Defaults.MaxFrozenMemTables;

    /// <inheritdoc cref="StoreOptions.SlowdownTables"/>
    public int SlowdownTables { get; set; } = Defaults.SlowdownTables;

    /// <inheritdoc cref="StoreOptions.LogBytes"/>
    public long LogBytes { get; set; } = Defaults.LogBytes;

    /// <inheritdoc cref="StoreOptions.BlockCacheBytes"/>
    public long BlockCacheBytes
    {
        get => _blockCacheBytes ?? GetDefaultSizes().BlockCacheBytes;
        set => _blockCacheBytes = value;
    }

    /// <inheritdoc cref="StoreOptions.HeadCacheBytes"/>
    public long? HeadCacheBytes { get; set; }

    /// <inheritdoc cref="StoreOptions.MemoryBudgetBytes"/>
    public long? MemoryBudgetBytes { get; set; }

    /// <inheritdoc cref="StoreOptions.PackNumbers"/>
    public bool PackNumbers { get; set; } = Defaults.PackNumbers;

    /// <inheritdoc cref="StoreOptions.SmallBlocks"/>
    public bool SmallBlocks { get; set; } = Defaults.SmallBlocks;

    /// <inheritdoc cref="StoreOptions.CompactionBytesPerSecond"/>
    public long CompactionBytesPerSecond { get; set; } = Defaults.CompactionBytesPerSecond;

    /// <inheritdoc cref="StoreOptions.SyncInterval"/>
    public TimeSpan SyncInterval { get; set; } = Defaults.SyncInterval;

    /// <inheritdoc cref="StoreOptions.MaxFutureTime"/>
    public TimeSpan MaxFutureTime { get; set; } = Defaults.MaxFutureTime;

    /// <inheritdoc cref="StoreOptions.MaxPastTime"/>
    public TimeSpan MaxPastTime { get; set; } = Defaults.MaxPastTime;

    /// <inheritdoc cref="StoreOptions.RejectedEvents"/>
    public RejectedEvents RejectedEvents { get; set; } = Defaults.RejectedEvents;

    /// <inheritdoc cref="StoreOptions.OrphanGrace"/>
    public TimeSpan? OrphanGrace { get; set; }

    /// <inheritdoc cref="StoreOptions.RetentionGrace"/>
    public TimeSpan RetentionGrace { get; set; } = Defaults.RetentionGrace;

    /// <summary>
    /// How long the start of the host waits for another process that has the store open, as <see cref="StoreOptions.LockWait"/>. Zero, the
    /// default, does not wait. Give the process that is replaced the time to close, about its shutdown timeout. The wait ends
    /// when this host stops.
    /// </summary>
    public TimeSpan LockWait { get; set; }

    /// <summary>
    /// How long earlier states of the store are kept, as <see cref="VersionRetention.Age"/>. Zero keeps none, as
    /// <see cref="VersionRetention.None"/>. Null, the default, keeps the age that the store has recorded; see
    /// <see cref="StoreOptions.VersionRetention"/>.
    /// </summary>
    public TimeSpan? VersionAge { get; set; }

    /// <inheritdoc cref="VersionRetention.MaxBytes"/>
    public long VersionMaxBytes { get; set; } = DefaultVersions.MaxBytes;

    /// <inheritdoc cref="VersionRetention.Granularity"/>
    public TimeSpan VersionGranularity { get; set; } = DefaultVersions.Granularity;

    /// <summary>
    /// The health check is unhealthy when less than this space, in bytes, is free on the store's disk. Default 1 GiB.
    /// </summary>
    public long MinFreeDiskBytes { get; set; } = 1L << 30;

    /// <summary>
    /// The health check is degraded when ingest waited longer than this for the flush since the previous check. Default 1 s.
    /// </summary>
    public TimeSpan MaxStallTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The health check is degraded when the newest event of a type is older than this. Null, the default, turns this check off.
    /// Types without events are not checked.
    /// </summary>
    public TimeSpan? MaxWatermarkLag { get; set; }

    // The sizes of memory that are not set follow from what is. A method, because configuration would bind a property.
    private StoreOptions GetDefaultSizes() => new() { MaxBatchBytes = MaxBatchBytes, MaxFrozenMemTables = MaxFrozenMemTables };

    /// <summary>Declares the event types. Required.</summary>
    public SignalsOptions UseSchema(StoreSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        _schema = schema;
        return this;
    }

    /// <summary>Enriches events as they are indexed. Without this call no event is enriched at indexing.</summary>
    public SignalsOptions UseEnrichment(EnrichmentOptions enrichment)
    {
        ArgumentNullException.ThrowIfNull(enrichment);
        _enrichment = enrichment;
        return this;
    }

    /// <summary>The declared schema, if any. This is a method because configuration would bind a property.</summary>
    internal StoreSchema? GetSchema() => _schema;

    /// <summary>These settings as options of the store.</summary>
    internal StoreOptions ToStoreOptions(StoreLog? log, TimeProvider time) => new()
    {
        Name = Name,
        Durability = Durability,
        RingBytes = RingBytes,
        MaxBatchBytes = MaxBatchBytes,
        MemTableBytes = MemTableBytes,
        MaxFrozenMemTables = MaxFrozenMemTables,
        SlowdownTables = SlowdownTables,
        LogBytes = LogBytes,
        BlockCacheBytes = BlockCacheBytes,
        HeadCacheBytes = HeadCacheBytes,
        MemoryBudgetBytes = MemoryBudgetBytes,
        PackNumbers = PackNumbers,
        SmallBlocks = SmallBlocks,
        CompactionBytesPerSecond = CompactionBytesPerSecond,
        SyncInterval = SyncInterval,
        MaxFutureTime = MaxFutureTime,
        MaxPastTime = MaxPastTime,
        RejectedEvents = RejectedEvents,
        OrphanGrace = OrphanGrace,
        RetentionGrace = RetentionGrace,
        LockWait = LockWait,
        VersionRetention = VersionAge is not { } age ? null
            : age == TimeSpan.Zero ? VersionRetention.None
            : new VersionRetention { Age = age, MaxBytes = VersionMaxBytes, Granularity = VersionGranularity },
        Enrichment = _enrichment,
        Observer = log,
        TimeProvider = time,
    };
}
