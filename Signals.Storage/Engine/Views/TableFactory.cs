using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Views;

/// <summary>
/// Says where and how new tables of a store are written, and what may be left out of them: its folder, its file numbers, its schema, its
/// options, its retention.
/// </summary>
/// <remarks>Thread contract: any thread; immutable, but for the retention.</remarks>
/// <param name="folder">The store's folder.</param>
/// <param name="schema">The schema in force.</param>
/// <param name="numbers">Gives each new file its number.</param>
/// <param name="options">How a table is cut into blocks.</param>
/// <param name="compaction">How much a table should hold, and how much of one user a merge takes.</param>
/// <param name="pins">Deletes the files of work that came to nothing.</param>
/// <param name="retention">What may be left out for good.</param>
internal sealed class TableFactory(
    StoreFolder folder,
    StoreSchema schema,
    FileNumbers numbers,
    TableOptions options,
    CompactionOptions compaction,
    FilePins pins,
    DiskRetention retention)
{
    /// <summary>The event types that tables may hold.</summary>
    public StoreSchema Schema => schema;

    /// <summary>What may be left out of new tables for good.</summary>
    public DiskRetention Retention => retention;

    /// <summary>How much a table should hold before time divides it from its neighbours, in bytes.</summary>
    public long WindowBytes => compaction.WindowBytes;

    /// <summary>Makes the names of new tables durable.</summary>
    public void SyncFolder() => folder.Sync();

    /// <summary>The target of new tables of an event type, with the limits that hold on disk.</summary>
    public MergeTarget TargetOf(EventTypeSchema type) =>
        new(folder, numbers.Next, type, options, compaction.WindowBytes)
        {
            UserLimit = compaction.UserLimit,
            Discard = pins.Discard,
        };

    /// <summary>The target of what folding patches of an event type writes.</summary>
    public FoldTarget FoldTargetOf(EventTypeSchema type) => new(folder, numbers.Next, type, options)
    {
        UserLimit = compaction.UserLimit,
        Discard = pins.Discard,
    };
}
