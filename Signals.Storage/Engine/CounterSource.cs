using Signals.Storage.Engine.Recovery;
using Signals.Storage.Engine.Views;
using Signals.Storage.History;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Reads the counters of all parts of an open store.</summary>
/// <remarks>
/// Thread contract: any thread. The counters are read one after another, not at one moment. Lifetime: that of the store.
/// </remarks>
internal sealed class CounterSource(
    StoreOpening opening, CommitPath commits, WritePath writes, IngestPath ingest, CacheShare cacheShare)
{
    /// <summary>The counters now.</summary>
    public EngineCounters Read()
    {
        StoreContents contents = opening.Contents;
        TableVersion tables = contents.View.Current.Tables;
        VersionHistory? history = commits.History;
        return new EngineCounters
        {
            EventsApplied = writes.Applier.EventsApplied,
            EventsTooEarly = ingest.Rejected.TooEarly,
            EventsTooLate = ingest.Rejected.TooLate,
            EventsTooLarge = ingest.Rejected.TooLarge,
            EventsLeftOut = ingest.Rejected.LeftOut,
            EventsOutOfReach = ingest.Appender.OutOfReach + writes.Importer.OutOfReach,
            BackPressure = ingest.Appender.BackPressure,
            Stalls = writes.Frozen.StallCount,
            TableStalls = writes.Frozen.TableStallCount,
            StallTime = writes.Frozen.StallTime,
            LogBytes = commits.Log?.BytesWritten ?? 0,
            LogSyncs = commits.Log?.SyncCount ?? 0,
            Flush = writes.Flusher.Totals,
            Compaction = writes.Compactor.Totals,
            CompactionPacedTime = writes.Compactor.Pacer.WaitedTime,
            Cache = contents.Cache.GetStats(),
            Heads = contents.Heads.Count,
            HeadBytes = contents.Heads.HeldBytes,
            HeadsMade = contents.Heads.Made,
            HeadsEvicted = contents.Heads.Evicted,
            HeadsFailed = contents.Heads.Failed,
            ErasedUsers = opening.Erasures.Set.Count,
            MemTableBytes = contents.Arenas.LiveCount * contents.Arenas.ArenaBytes,
            DirectoryBytes = cacheShare.DirectoryBytes,
            Tables = tables.Tables.Count,
            TableBytes = tables.Tables.Sum(table => table.Meta.TotalLength),
            TableRows = RowsOf(tables, RunKind.Events),
            MemTableRows = contents.View.Current.MemTables.Sum(table => table.Rows),
            RingUsedBytes = ingest.Queue.UsedBytes,
            RingBytes = opening.Context.Options.RingBytes,
            PatchRows = Math.Max(0, RowsOf(tables, RunKind.Patches) - writes.Compactor.Folder.GoneRows),
            OrphansHeld = writes.Compactor.Folder.Report().Held.Sum(orphans => orphans.Count),
            KeptVersions = history?.Count ?? 0,
            KeptBytes = history?.KeptBytes ?? 0,
            EventsHiddenByErasure = opening.Erasures.HiddenEvents,
            WorkFailures = writes.Work.Failures,
            TablesAside = writes.Compactor.AsideCount,
        };
    }

    private static long RowsOf(TableVersion tables, RunKind kind) =>
        tables.Tables.Where(table => table.Meta.Kind == kind).Sum(table => table.Meta.Rows);
}
