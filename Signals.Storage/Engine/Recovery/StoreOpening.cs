using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Importing;
using Signals.Storage.Engine.Views;
using Signals.Storage.FileSystem;
using Signals.Storage.History;
using Signals.Storage.Primitives;
using Signals.Storage.Telemetry;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Recovery;

/// <summary>
/// What the last process left of a store, read and checked. Everything that can be damaged is read once by the constructor, which
/// changes nothing; only <see cref="BeginChanges"/> changes the store.
/// </summary>
/// <remarks>Thread contract: the opening thread, which holds the store's lock. What is opened here is owned by the store.</remarks>
internal sealed class StoreOpening
{
    private readonly EngineOptions _asked;
    private readonly HeldLimit[] _undone;

    /// <param name="files">The file system.</param>
    /// <param name="directory">The store's folder, locked.</param>
    /// <param name="declared">The event types that the program knows.</param>
    /// <param name="asked">The settings as they were given.</param>
    /// <param name="time">The clock.</param>
    /// <param name="failStop">What every change asks.</param>
    /// <param name="owned">Takes what is opened.</param>
    /// <exception cref="CorruptionException">A file is damaged or missing; the store is as it was.</exception>
    public StoreOpening(
        PatientFileSystem files,
        string directory,
        StoreSchema declared,
        EngineOptions asked,
        TimeProvider time,
        FailStop failStop,
        OwnedResources owned)
    {
        _asked = asked;
        Started = time.GetTimestamp();
        Files = files;
        string name = asked.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(directory));
        StoreTelemetry telemetry = owned.Add(new StoreTelemetry(name, asked.Observer, time));
        files.ShortageBegan += telemetry.HandleShortageBegan;
        files.ShortageEnded += telemetry.HandleShortageEnded;

        StoreFolder folder = new(files, directory);
        KeepSettings? stated = KeepChoice.ToRecord(asked, KeepSettings.Unstated);
        (long Ms, TimeSpan Grace) now = (time.GetUtcNow().ToUnixTimeMilliseconds(), asked.RetentionGrace);
        Manifest = owned.Add(StoreRecovery.OpenManifest(folder, declared, failStop, stated, now, out StoreSchema schema));
        ManifestState state = Manifest.State;
        EngineOptions options = KeepChoice.Settle(folder, asked, state);
        MemTableFit.Require(schema, options);
        ulong highest = StoreRecovery.HighestNumber(folder, state);
        Context = new StoreContext
        {
            Folder = folder,
            TableFolder = new StoreFolder(files.ForTables(), directory),
            Schema = schema,
            Options = options,
            Numbers = new FileNumbers(Math.Max(highest + 1, state.NextFileNumber)),
            Telemetry = telemetry,
            FailStop = failStop,
            Time = time,
        };
        Pins = owned.Add(new FilePins(folder, failStop)); // before the contents: files that readers still hold are deleted when these go
        Contents = owned.Add(new StoreContents(
            Context, state.Tables.Values, options.BlockCacheBytes, options.HeadCacheBytes, spareArenas: 2));
        Erasures = new AppliedErasures(options.KeptVersions is null ? 0 : options.MaxFrozenMemTables + 1);
        Erasures.Load(state.Erasures);
        Sources.Load(state.Sources);
        Registry = new ImportedSegments(schema, state);
        SteadyClock clock = RetentionChoice.ClockOf(options.RetentionGrace, state);
        clock.Observe(now.Ms);
        List<HeldLimit> limits = RetentionChoice.Settle(
            state.ReadSchema(), schema, state.HeldLimits, now.Ms, options.RetentionGrace);
        _undone = [.. state.HeldLimits.Where(limit => !limits.Exists(held => held.EventType == limit.EventType))];
        Retention = new DiskRetention(Context, Contents.Watermarks, clock, limits);
        Logs = new LogRecovery(folder, state, schema);
        Logs.Check();
        History = options.KeptVersions is null ? new HistoryContent() : HistoryRecovery.Read(folder, state);
    }

    /// <summary>When the opening began, as a timestamp of the clock.</summary>
    public long Started { get; }

    /// <summary>The file system of the store, which waits for handles.</summary>
    public PatientFileSystem Files { get; }

    public StoreContext Context { get; }

    public Manifest Manifest { get; }

    public FilePins Pins { get; }

    public StoreContents Contents { get; }

    public AppliedErasures Erasures { get; }

    /// <summary>Where sources of events go on.</summary>
    public SourcePositions Sources { get; } = new();

    /// <summary>What was imported, and how complete each event type is.</summary>
    public ImportedSegments Registry { get; }

    /// <summary>What may be deleted for good.</summary>
    public DiskRetention Retention { get; }

    /// <summary>The logs behind the tables: checked, not replayed.</summary>
    public LogRecovery Logs { get; }

    /// <summary>The versions that are kept; empty when none are.</summary>
    public HistoryContent History { get; }

    /// <summary>Tells the observer what is held on disk.</summary>
    public void ReportRetention() => Retention.ReportOpened(_undone);

    /// <summary>Continues the manifest, records what the store keeps from now on, and clears away what a crash left behind.</summary>
    public void BeginChanges()
    {
        StoreFolder folder = Context.Folder;
        Manifest.Continue();
        StoreRecovery.CommitKeep(Manifest, KeepChoice.ToRecord(_asked, Manifest.State.Keep));
        StoreRecovery.CommitRetention(Manifest, Retention);
        if (Context.Options.KeptVersions is null)
        {
            StoreRecovery.CommitKeptVersions(Manifest, keeps: false);
            HistoryRecovery.Forget(folder);
        }

        StoreRecovery.Clean(folder, Manifest.State, History.Versions);
        StagedSegment.Clean(folder);
    }
}
