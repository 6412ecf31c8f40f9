using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Recovery;
using Signals.Storage.Engine.Views;
using Signals.Storage.History;
using Signals.Storage.Primitives;
using Signals.Storage.Wal;

namespace Signals.Storage.Engine;

/// <summary>The parts through which a change of the store becomes durable and then visible: log, kept versions, manifest, view.</summary>
/// <remarks>Thread contract: built by the opening thread; see the parts. What is opened here is owned by the store.</remarks>
internal sealed class CommitPath
{
    public CommitPath(StoreOpening opening, OwnedResources owned)
    {
        StoreContext context = opening.Context;
        EngineOptions options = context.Options;

        // Without durability an empty log stands for those that the manifest expects, so that every mode recovers alike.
        bool keepsLog = options.Durability != Durability.InMemory;
        Stream = owned.Add(new LogStream(
            context.Folder,
            context.Numbers,
            keepsLog ? options.FirstLogBytes : LogFormat.EmptyBytes,
            keepsLog ? options.LeastLogBytes : LogFormat.EmptyBytes,
            keepsLog ? options.LogBytes : LogFormat.EmptyBytes,
            context.FailStop));
        Log = keepsLog ? Stream : null;
        History = options.KeptVersions is { } retention
            ? owned.Add(new VersionHistory(
                context.Folder, retention, options.LogBytes, opening.History, opening.Pins, context.FailStop,
                new HistoryClock(context.Time, opening.Retention.GetSteadyMs)))
            : null;
        Recorder = new VersionRecorder(History, opening.Erasures);
        Warmer = owned.Add(new CacheWarmer(opening.Contents.Cache, opening.Contents.View));
        DurableEdits edits = new(context, opening.Manifest, opening.Retention, Log);
        Committer = owned.Add(new VersionCommitter(context, edits, opening.Contents, Warmer, opening.Pins, Recorder));
    }

    /// <summary>The log; null without durability.</summary>
    public LogStream? Log { get; }

    /// <summary>The same, or without durability the empty log. It begins when the logs before it were replayed.</summary>
    public LogStream Stream { get; }

    /// <summary>The versions that are kept; null when none are.</summary>
    public VersionHistory? History { get; }

    public VersionRecorder Recorder { get; }

    public CacheWarmer Warmer { get; }

    public VersionCommitter Committer { get; }
}
