using Signals.Storage.Engine;

namespace Signals;

/// <summary>
/// What a store has done since it was opened, and what it holds now. Sizes are in bytes unless the name says otherwise.
/// Immutable.
/// </summary>
public sealed record StoreStats
{
    internal StoreStats(EngineCounters counters)
    {
        EventsApplied = counters.EventsApplied;
        EventsTooEarly = counters.EventsTooEarly;
        EventsTooLate = counters.EventsTooLate;
        EventsTooLarge = counters.EventsTooLarge;
        EventsLeftOut = counters.EventsLeftOut;
        EventsOutOfReach = counters.EventsOutOfReach;
        EventsHiddenByErasure = counters.EventsHiddenByErasure;
        BackPressure = counters.BackPressure;
        WriteStalls = counters.Stalls;
        TableStalls = counters.TableStalls;
        WriteStallTime = counters.StallTime;
        LogBytesWritten = counters.LogBytes;
        LogSyncs = counters.LogSyncs;
        Flushes = counters.Flush.Flushes;
        FlushBytesWritten = counters.Flush.Bytes;
        Compactions = counters.Compaction.Compactions;
        CompactionBytesRead = counters.Compaction.BytesRead;
        CompactionBytesWritten = counters.Compaction.BytesWritten;
        CompactionPacedTime = counters.CompactionPacedTime;
        DuplicatesMerged = counters.Flush.Merged + counters.Compaction.Merged;
        RowsDropped = counters.Flush.Dropped + counters.Compaction.Dropped;
        TablesExpired = counters.Compaction.TablesExpired;
        BlockCacheHits = counters.Cache.Hits;
        BlockCacheMisses = counters.Cache.Misses;
        BlocksWarmed = counters.Cache.Warmed;
        BlockCacheBytes = counters.Cache.ResidentBytes;
        Heads = counters.Heads;
        HeadBytes = counters.HeadBytes;
        HeadsMade = counters.HeadsMade;
        HeadsEvicted = counters.HeadsEvicted;
        BlockReads = counters.Cache.DeviceReads;
        BlockBytesRead = counters.Cache.DeviceBytes;
        ErasedUsers = counters.ErasedUsers;
        MemTableBytes = counters.MemTableBytes;
        DirectoryBytes = counters.DirectoryBytes;
        Tables = counters.Tables;
        TableBytes = counters.TableBytes;
        TableRows = counters.TableRows;
        MemTableRows = counters.MemTableRows;
        RingUsedBytes = counters.RingUsedBytes;
        RingBytes = counters.RingBytes;
        Folds = counters.Compaction.Folds;
        RowsFolded = counters.Compaction.RowsFolded;
        FoldBytesWritten = counters.Compaction.FoldBytesWritten;
        PatchRows = counters.PatchRows;
        OrphansHeld = counters.OrphansHeld;
        KeptVersions = counters.KeptVersions;
        KeptBytes = counters.KeptBytes;
        WorkFailures = counters.WorkFailures;
        TablesSetAside = counters.TablesAside;
        OrphansDropped = counters.Compaction.OrphansDropped;
    }

    /// <summary>Events indexed, including those replayed at open. A duplicate counts each time it arrives.</summary>
    public long EventsApplied { get; }

    /// <summary>
    /// Events that did not enter the ring: the sum of <see cref="EventsTooEarly"/>, <see cref="EventsTooLate"/> and
    /// <see cref="EventsTooLarge"/>. Of a batch that is refused whole each event counts.
    /// </summary>
    public long EventsRejected => EventsTooEarly + EventsTooLate + EventsTooLarge;

    /// <summary>Events that did not enter because of a time before <see cref="StoreOptions.MaxPastTime"/>.</summary>
    public long EventsTooEarly { get; }

    /// <summary>Events that did not enter because of a time after <see cref="StoreOptions.MaxFutureTime"/>.</summary>
    public long EventsTooLate { get; }

    /// <summary>Events of batches and groups that were larger than <see cref="StoreOptions.MaxBatchBytes"/>.</summary>
    public long EventsTooLarge { get; }

    /// <summary>
    /// Those of <see cref="EventsTooEarly"/> and <see cref="EventsTooLate"/> that were left out while the rest of their batch was taken;
    /// 0 unless <see cref="StoreOptions.RejectedEvents"/> says so.
    /// </summary>
    public long EventsLeftOut { get; }

    /// <summary>
    /// Accepted events, including imported ones, that no read shows because they were already older than the max age of their
    /// type. A growing count means that a source's times are wrong, or that its history is longer than what the type keeps.
    /// </summary>
    public long EventsOutOfReach { get; }

    /// <summary>
    /// Indexed events, including those replayed at open, that an erasure of their user hid on arrival: their time is not later
    /// than the newest event that was erased. They are acknowledged and never read. Many of them after one erasure indicate a
    /// client whose clock was ahead.
    /// </summary>
    public long EventsHiddenByErasure { get; }

    /// <summary>Appends that found the ring full.</summary>
    public long BackPressure { get; }

    /// <summary>
    /// How often ingest waited, because too many memtables waited to be flushed or because of <see cref="TableStalls"/>.
    /// </summary>
    public long WriteStalls { get; }

    /// <summary>
    /// How many of the <see cref="WriteStalls"/> waited for compaction, because there were more tables than
    /// <see cref="StoreOptions.SlowdownTables"/>.
    /// </summary>
    public long TableStalls { get; }

    /// <summary>How long ingest waited in <see cref="WriteStalls"/> in all.</summary>
    public TimeSpan WriteStallTime { get; }

    /// <summary>Bytes written to the write-ahead log, frames included.</summary>
    public long LogBytesWritten { get; }

    /// <summary>Syncs of the write-ahead log.</summary>
    public long LogSyncs { get; }

    /// <summary>Memtables flushed.</summary>
    public long Flushes { get; }

    /// <summary>Bytes that flushes wrote.</summary>
    public long FlushBytesWritten { get; }

    /// <summary>Merges of tables.</summary>
    public long Compactions { get; }

    /// <summary>Bytes that compactions read.</summary>
    public long CompactionBytesRead { get; }

    /// <summary>Bytes that compactions wrote.</summary>
    public long CompactionBytesWritten { get; }

    /// <summary>How long compaction waited to keep to its rate.</summary>
    public TimeSpan CompactionPacedTime { get; }

    /// <summary>Copies of an event that flushes and compactions merged into one.</summary>
    public long DuplicatesMerged { get; }

    /// <summary>Rows that flushes and compactions left out, because erasure, age or last-N had put them out of reach.</summary>
    public long RowsDropped { get; }

    /// <summary>Tables dropped whole, unread, because everything in them was too old.</summary>
    public long TablesExpired { get; }

    /// <summary>Block requests that the cache answered; approximate.</summary>
    public long BlockCacheHits { get; }

    /// <summary>Block requests that read the file.</summary>
    public long BlockCacheMisses { get; }

    /// <summary>
    /// Blocks of new tables and column files that were put into free room of the cache before a read asked for them.
    /// </summary>
    public long BlocksWarmed { get; }

    /// <summary>Bytes of the blocks in the cache.</summary>
    public long BlockCacheBytes { get; }

    /// <summary>Heads now: users and event types whose newest events are kept ready for reads.</summary>
    public long Heads { get; }

    /// <summary>Bytes of memory of the heads, out of <see cref="StoreOptions.BlockCacheBytes"/>.</summary>
    public long HeadBytes { get; }

    /// <summary>Heads made since the store was opened. Each one cost a read of memtables and tables.</summary>
    public long HeadsMade { get; }

    /// <summary>Heads given up for want of room since the store was opened.</summary>
    public long HeadsEvicted { get; }

    /// <summary>File reads caused by block requests.</summary>
    public long BlockReads { get; }

    /// <summary>Bytes that these reads returned.</summary>
    public long BlockBytesRead { get; }

    /// <summary>Users whose erasure the store remembers.</summary>
    public int ErasedUsers { get; }

    /// <summary>Memory of all memtables, spare ones included.</summary>
    public long MemTableBytes { get; }

    /// <summary>
    /// Memory of the directories, filters and indexes of all tables. With <see cref="StoreOptions.MemoryBudgetBytes"/> the pages
    /// of directories are not included: they count as cached blocks.
    /// </summary>
    public long DirectoryBytes { get; }

    /// <summary>Tables of the current version.</summary>
    public int Tables { get; }

    /// <summary>
    /// How many of the <see cref="Tables"/> merges leave alone: damaged tables, and tables that hold more of one user than one
    /// merge can take. Reads use them like any other table.
    /// </summary>
    public int TablesSetAside { get; }

    /// <summary>
    /// Flushes, compactions and deletions that failed and were, or will be, tried again; see <see cref="SignalStore.WorkError"/>.
    /// </summary>
    public long WorkFailures { get; }

    /// <summary>Bytes of the tables' files.</summary>
    public long TableBytes { get; }

    /// <summary>Rows in tables.</summary>
    public long TableRows { get; }

    /// <summary>Rows in memtables, duplicates included.</summary>
    public long MemTableRows { get; }

    /// <summary>Bytes of the ring that hold accepted events that are not indexed yet.</summary>
    public long RingUsedBytes { get; }

    /// <summary>Bytes of the ring.</summary>
    public long RingBytes { get; }

    /// <summary>How often compaction folded corrections and enrichments into the tables of their events.</summary>
    public long Folds { get; }

    /// <summary>Rows of corrections and enrichments that were folded.</summary>
    public long RowsFolded { get; }

    /// <summary>
    /// Bytes that folds wrote: column files, and the imported rows that remained. Divided by <see cref="RowsFolded"/> it is the
    /// cost of folding a row; nothing else is written for that row until a merge takes the column files in.
    /// </summary>
    public long FoldBytesWritten { get; }

    /// <summary>
    /// Versions that can be read or rebuilt from, including the current one; 0 without
    /// <see cref="StoreOptions.VersionRetention"/>.
    /// </summary>
    public int KeptVersions { get; }

    /// <summary>About how many bytes of tables and logs exist only for the kept versions.</summary>
    public long KeptBytes { get; }

    /// <summary>Rows of corrections and enrichments that are not folded yet, orphans included.</summary>
    public long PatchRows { get; }

    /// <summary>How many of the <see cref="PatchRows"/> were tried and wait for their event.</summary>
    public long OrphansHeld { get; }

    /// <summary>Corrections and enrichments that were dropped because their event did not come within the grace period.</summary>
    public long OrphansDropped { get; }
}
