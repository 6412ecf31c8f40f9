using Signals.Storage.Engine.Compacting;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Flushing;
using Signals.Storage.Engine.Importing;
using Signals.Storage.Engine.Ingest;
using Signals.Storage.Engine.Recovery;
using Signals.Storage.Engine.Views;
using Signals.Storage.Primitives;

namespace Signals.Storage.Engine;

/// <summary>The parts through which rows go after the log: memtables, flush, compaction, import.</summary>
/// <remarks>Thread contract: built by the opening thread; see the parts. What is opened here is owned by the store.</remarks>
internal sealed class WritePath
{
    private static readonly TimeSpan LongestTableWait = TimeSpan.FromSeconds(1);

    public WritePath(StoreOpening opening, CommitPath commits, OwnedResources owned)
    {
        StoreContext context = opening.Context;
        StoreContents contents = opening.Contents;
        EngineOptions options = context.Options;
        TableFactory factory = new(
            context.Folder, context.Schema, context.Numbers, options.Tables, options.Compaction, opening.Pins, opening.Retention);
        Pace = owned.Add(new TablePace(contents.View, options.SlowdownTables, LongestTableWait, context.FailStop));
        Frozen = owned.Add(new FrozenMemTables(contents.View, options.MaxFrozenMemTables, Pace, context.Time, context.FailStop));
        Flusher = owned.Add(new Flusher(
            context, factory, opening.Erasures, Frozen, commits.Committer, opening.Pins, commits.History));
        PatchFolding patches = new(context, factory, contents.Tables, opening.Erasures.Set, contents.View, commits.Committer);
        Compactor = owned.Add(new Compactor(context, factory, opening.Erasures.Set, contents.View, commits.Committer, patches));
        Work = new StoreWork(Flusher, Compactor, opening.Pins, context.FailStop, context.Telemetry);
        Importer = owned.Add(new SegmentImporter(context, contents.Tables, commits.Committer, opening.Registry, contents.Watermarks));
        InlineFlush? inlineFlush = options.Background ? null : new InlineFlush(Work.Flushing, context.FailStop);
        MemTables = new MemTableSet(contents.View, contents.MemTables, Frozen, inlineFlush);
        Applier = new RecordApplier(context.Schema, MemTables, opening.Erasures, opening.Sources, contents.Watermarks);
    }

    public TablePace Pace { get; }

    public FrozenMemTables Frozen { get; }

    public MemTableSet MemTables { get; }

    public RecordApplier Applier { get; }

    public Flusher Flusher { get; }

    public Compactor Compactor { get; }

    /// <summary>Flushes, compactions and deletions, tried again when they fail.</summary>
    public StoreWork Work { get; }

    public SegmentImporter Importer { get; }
}
