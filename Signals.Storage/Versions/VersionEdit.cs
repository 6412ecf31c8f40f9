using Signals.Core.Ingest;
using Signals.Core.Schema;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Versions;

/// <summary>
/// One atomic change of what a store consists of: tables in, tables out, how far the log was flushed, who was erased.
/// Built by one thread, then treated as immutable. What is null or empty did not change.
/// Recorded in the manifest; see <c>docs/formats/manifest.md</c>.
/// </summary>
internal sealed class VersionEdit
{
    /// <summary>Tables that join the store. Their files, and the directory, are synced already.</summary>
    public List<TableMeta> AddedTables { get; } = [];

    /// <summary>Numbers of the tables that leave it. Their files are deleted after the commit, once no reader holds them.</summary>
    public List<ulong> RemovedTables { get; } = [];

    /// <summary>Users erased since the last edit.</summary>
    public List<Erasure> Erasures { get; } = [];

    /// <summary>Positions of sources whose events are all in tables, or added by this edit.</summary>
    public List<SourcePosition> Sources { get; } = [];

    /// <summary>Segments whose parts are among <see cref="AddedTables"/>.</summary>
    public List<ImportedSegment> ImportedSegments { get; } = [];

    /// <summary>Event types that were declared complete, and up to when, ms since the epoch.</summary>
    public SortedDictionary<ushort, long> CompleteUpTo { get; } = [];

    /// <summary>Oldest write-ahead log whose events are not all in tables; older logs may be deleted after the commit.</summary>
    public ulong? FirstLiveLog { get; set; }

    /// <summary>A number above that of every file named so far.</summary>
    public ulong? NextFileNumber { get; set; }

    /// <summary>Stream position up to which every record is in tables.</summary>
    public long? FlushedPosition { get; set; }

    /// <summary>
    /// Whether a table of the store may hold several time windows from now on. Builds that take all rows of a table for those of its first window would
    /// count rows as newer that are not, so they must not open the store.
    /// </summary>
    public bool SpansWindows { get; set; }

    /// <summary>Whether there is a list of kept versions from now on: its loss is noticed.</summary>
    public bool? KeepsVersions { get; set; }

    /// <summary>What is kept from now on, beyond what the schema says; replaces all that was stated before.</summary>
    public KeepSettings? Keep { get; set; }

    /// <summary>The schema, serialized; replaces the one before.</summary>
    public byte[]? Schema { get; set; }

    /// <summary>Says so if an added table holds several windows.</summary>
    public void NoteWindows(StoreSchema schema)
    {
        foreach (TableMeta table in AddedTables)
        {
            SpansWindows |= TimeWindow.StartOf(table.MaxTime, schema.EventTypes[table.EventType].Window) != table.WindowStart;
        }
    }
}
