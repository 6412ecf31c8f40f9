using Signals.Core.Model;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Versions;

/// <summary>
/// One atomic change of the content of a store, such as added and removed tables, the flushed position, and erased users. Members
/// that are null or empty did not change. Recorded in the manifest; see <c>docs/formats/manifest.md</c>. Thread contract: built
/// by one thread, then treated as immutable.
/// </summary>
internal sealed class VersionEdit
{
    /// <summary>Tables that are added to the store. Their files and the directory are already synced.</summary>
    public List<TableMeta> AddedTables { get; } = [];

    /// <summary>
    /// Numbers of the tables that are removed. Their files are deleted after the commit, once no reader uses them.
    /// </summary>
    public List<ulong> RemovedTables { get; } = [];

    /// <summary>Users erased since the last edit.</summary>
    public List<Erasure> Erasures { get; } = [];

    /// <summary>Positions of sources up to which all events are in tables, including those that this edit adds.</summary>
    public List<SourcePosition> Sources { get; } = [];

    /// <summary>The segments whose parts are among <see cref="AddedTables"/>.</summary>
    public List<ImportedSegment> ImportedSegments { get; } = [];

    /// <summary>Event types that were declared complete, each with the time up to which, in ms since the epoch.</summary>
    public SortedDictionary<ushort, long> CompleteUpTo { get; } = [];

    /// <summary>
    /// The oldest write-ahead log of which some events are not in tables. Older logs may be deleted after the commit.
    /// </summary>
    public ulong? FirstLiveLog { get; set; }

    /// <summary>A number above those of all files so far.</summary>
    public ulong? NextFileNumber { get; set; }

    /// <summary>The stream position up to which every record is in tables.</summary>
    public StreamPosition? FlushedPosition { get; set; }

    /// <summary>
    /// Whether a table of the store may hold several time windows from now on. Older versions of Signals assume that all rows of
    /// a table are in its first window and would count rows as newer than they are. So they must not open the store.
    /// </summary>
    public bool SpansWindows { get; set; }

    /// <summary>Whether there is a list of kept versions from now on, so that its loss is noticed.</summary>
    public bool? KeepsVersions { get; set; }

    /// <summary>What is kept from now on beyond what the schema says. Replaces everything that was stated before.</summary>
    public KeepSettings? Keep { get; set; }

    /// <summary>What event types keep on disk beyond the schema, from now on. Replaces what was held before.</summary>
    public IReadOnlyList<HeldLimit>? HeldLimits { get; set; }

    /// <summary>What is remembered of the clock.</summary>
    public ClockReading? Clock { get; set; }

    /// <summary>The serialized schema. Replaces the previous one.</summary>
    public byte[]? Schema { get; set; }

    /// <summary>Sets <see cref="SpansWindows"/> if an added table holds several windows.</summary>
    public void MarkSeveralWindows(StoreSchema schema)
    {
        foreach (TableMeta table in AddedTables)
        {
            SpansWindows |= TimeWindow.StartOf(table.MaxTime, schema.EventTypes[table.EventType].Window) != table.WindowStart;
        }
    }
}
