using Signals.Storage.Tables;

namespace Signals.Storage.Engine;

/// <summary>The engine's counters at one moment; see the public <c>StoreStats</c> for their meaning.</summary>
internal sealed record EngineCounters(
    long EventsApplied,
    long EventsRejected,
    long EventsOutOfReach,
    long BackPressure,
    long Stalls,
    long TableStalls,
    TimeSpan StallTime,
    long LogBytes,
    long LogSyncs,
    FlushTotals Flush,
    CompactionTotals Compaction,
    TimeSpan CompactionPacedTime,
    BlockCacheStats Cache,
    int ErasedUsers,
    long MemTableBytes,
    long DirectoryBytes,
    int Tables,
    long TableBytes,
    long TableRows,
    long MemTableRows,
    long RingUsedBytes,
    long RingBytes,
    long PatchRows,
    long OrphansHeld,
    int KeptVersions,
    long KeptBytes,
    long EventsHiddenByErasure,
    long WorkFailures,
    int TablesAside);
