namespace Signals.Storage.Telemetry;

/// <summary>
/// The names of the meter, activities, instruments and tags; docs/metrics.md lists them with their meaning. Constants.
/// </summary>
internal static class TelemetryNames
{
    public const string Source = "Signals.Storage";
    public const string StoreTag = "signals.store";
    public const string EventTypeTag = "signals.event_type";
    public const string TenantTag = "signals.tenant";
    public const string ReasonTag = "signals.reason";

    public const string FlushActivity = "signals.flush";
    public const string CompactionActivity = "signals.compaction";
    public const string ImportActivity = "signals.import";

    public const string ReadDuration = "signals.read.duration";
    public const string FlushDuration = "signals.flush.duration";
    public const string CompactionDuration = "signals.compaction.duration";
    public const string Freshness = "signals.freshness";
    public const string WorkFailures = "signals.work.failures";
    public const string TablesAside = "signals.table.aside";
    public const string HandleShortages = "signals.handle.shortages";
    public const string ObserverErrors = "signals.observer.errors";

    public const string IngestEvents = "signals.ingest.events";
    public const string IngestRejected = "signals.ingest.rejected";
    public const string IngestLeftOut = "signals.ingest.left_out";
    public const string IngestOutOfReach = "signals.ingest.out_of_reach";
    public const string IngestHidden = "signals.ingest.hidden_by_erasure";
    public const string IngestBackPressure = "signals.ingest.back_pressure";
    public const string IngestStalls = "signals.ingest.stalls";
    public const string IngestTableStalls = "signals.ingest.table_stalls";
    public const string IngestStallTime = "signals.ingest.stall_time";
    public const string RingUsed = "signals.ring.used";
    public const string RingSize = "signals.ring.size";
    public const string LogWritten = "signals.log.written";
    public const string LogSyncs = "signals.log.syncs";
    public const string Flushes = "signals.flush.count";
    public const string FlushWritten = "signals.flush.written";
    public const string Compactions = "signals.compaction.count";
    public const string CompactionRead = "signals.compaction.read";
    public const string CompactionWritten = "signals.compaction.written";
    public const string CompactionPaced = "signals.compaction.paced_time";
    public const string EventsMerged = "signals.events.merged";
    public const string RowsDropped = "signals.rows.dropped";
    public const string TablesExpired = "signals.tables.expired";
    public const string CacheHits = "signals.cache.hits";
    public const string CacheMisses = "signals.cache.misses";
    public const string CacheWarmed = "signals.cache.warmed";
    public const string CacheSize = "signals.cache.size";
    public const string Heads = "signals.heads";
    public const string HeadSize = "signals.heads.size";
    public const string HeadsMade = "signals.heads.made";
    public const string HeadsEvicted = "signals.heads.evicted";
    public const string HeadsFailed = "signals.heads.failed";
    public const string BlockReads = "signals.block.reads";
    public const string BlockReadBytes = "signals.block.read_bytes";
    public const string MemTableSize = "signals.memtable.size";
    public const string MemTableRows = "signals.memtable.rows";
    public const string DirectorySize = "signals.directory.size";
    public const string Tables = "signals.tables.count";
    public const string TableSize = "signals.tables.size";
    public const string TableRows = "signals.tables.rows";
    public const string ErasedUsers = "signals.erased_users";
    public const string WatermarkLag = "signals.watermark.lag";

    public const string TenantReads = "signals.tenant.reads";
    public const string TenantFailures = "signals.tenant.failures";
    public const string TenantRefused = "signals.tenant.refused";
    public const string TenantRows = "signals.tenant.rows";
    public const string TenantTime = "signals.tenant.time";
    public const string TenantRunning = "signals.tenant.running";
    public const string TenantCircuit = "signals.tenant.circuit";
}
