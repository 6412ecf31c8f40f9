using Signals.Storage.Engine.Compacting;
using Signals.Storage.Engine.Flushing;
using Signals.Storage.Tables;

namespace Signals.Storage.Engine;

/// <summary>The engine's counters at one moment; see the public <c>StoreStats</c> for their meaning.</summary>
internal sealed record EngineCounters
{
    public required long EventsApplied { get; init; }

    public required long EventsTooEarly { get; init; }

    public required long EventsTooLate { get; init; }

    public required long EventsTooLarge { get; init; }

    public required long EventsLeftOut { get; init; }

    public required long EventsOutOfReach { get; init; }

    public required long BackPressure { get; init; }

    public required long Stalls { get; init; }

    public required long TableStalls { get; init; }

    public required TimeSpan StallTime { get; init; }

    public required long LogBytes { get; init; }

    public required long LogSyncs { get; init; }

    public required FlushTotals Flush { get; init; }

    public required CompactionTotals Compaction { get; init; }

    public required TimeSpan CompactionPacedTime { get; init; }

    public required BlockCacheStats Cache { get; init; }

    public required long Heads { get; init; }

    public required long HeadBytes { get; init; }

    public required long HeadsMade { get; init; }

    public required long HeadsEvicted { get; init; }

    public required long HeadsFailed { get; init; }

    public required int ErasedUsers { get; init; }

    public required long MemTableBytes { get; init; }

    public required long DirectoryBytes { get; init; }

    public required int Tables { get; init; }

    public required long TableBytes { get; init; }

    public required long TableRows { get; init; }

    public required long MemTableRows { get; init; }

    public required long RingUsedBytes { get; init; }

    public required long RingBytes { get; init; }

    public required long PatchRows { get; init; }

    public required long OrphansHeld { get; init; }

    public required int KeptVersions { get; init; }

    public required long KeptBytes { get; init; }

    public required long EventsHiddenByErasure { get; init; }

    public required long WorkFailures { get; init; }

    public required int TablesAside { get; init; }
}
