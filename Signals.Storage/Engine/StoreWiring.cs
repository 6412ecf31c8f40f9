using Signals.Maintenance;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Reading;
using Signals.Storage.Engine.Recovery;
using Signals.Storage.Engine.Upkeep;
using Signals.Storage.Engine.Views;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Telemetry;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Builds the parts of an open store, each whole, in an order that their constructors force.</summary>
/// <remarks>
/// <para>
/// Two rules. What a part needs, so that its own work can be done, is an argument of its constructor. What a part merely tells
/// others, whose answer it does not wait for, is an event; <see cref="Connect"/> subscribes all of them, but for the wake-ups of
/// threads, which <see cref="LogReplayer"/> and <see cref="EngineThreads"/> subscribe for as long as their threads run.
/// </para>
/// <para>
/// The order: what the last process left (<see cref="StoreOpening"/>), how changes become durable and visible
/// (<see cref="CommitPath"/>), how rows become tables (<see cref="WritePath"/>), the replay of the logs, how events enter
/// (<see cref="IngestPath"/>), reads and callers' operations, and last the threads.
/// </para>
/// <para>Thread contract: the opening thread builds it; afterwards it is immutable. Lifetime: that of the store.</para>
/// </remarks>
internal sealed class StoreWiring
{
    private readonly StoreOpening _opening;
    private readonly ErasureLedger _ledger;
    private readonly CacheShare _cacheShare;

    private StoreWiring(StoreOpening opening, OwnedResources owned)
    {
        _opening = opening;
        Owned = owned;
        Commits = new CommitPath(opening, owned);
        Writes = new WritePath(opening, Commits, owned);
        RecoverLogs();
        Ingest = new IngestPath(Context, opening.Logs.EndPosition, Commits, Writes, owned);
        Reader = new SequenceReader(
            Context, Contents.View, Erasures.Set, Contents.Watermarks, opening.Registry,
            Contents.Heads.LimitBytes > 0 ? Contents.Heads : null, Commits.History?.Gate);
        OpenStoreCheckpoint checkpointer = new(Context.Folder, Commits.Committer, Commits.Log, opening.Pins);
        OpenStoreVerification verification = new(Context.Folder, Context.Schema, Commits.Committer, Commits.Log, opening.Pins);
        _ledger = new ErasureLedger(Context, Contents, checkpointer, Reader.Pinned, Commits.Log, opening.Pins);
        Visits = owned.Add(new StoreVisits(Context, Writes.Importer, checkpointer, verification, _ledger, Erasures));
        Upkeep = new StoreUpkeep(
            Context.FailStop, Contents, Commits.Committer, Commits.History, Commits.Log, Writes.Work.Deleting, Reader.Pools);
        _cacheShare = new CacheShare(Context, Contents);
        Counters = new CounterSource(opening, Commits, Writes, Ingest, _cacheShare);
        Connect();
        ReportOpened();
        opening.Files.EndOpening();
        Threads = Context.Options.Background ? new EngineThreads(Context, Ingest.Loop, Writes, Commits.Log, Upkeep) : null;
    }

    /// <summary>What is closed last, in the reverse of the order in which it was opened.</summary>
    public OwnedResources Owned { get; }

    public StoreContext Context => _opening.Context;

    /// <summary>The file system of the store, which waits for handles.</summary>
    public PatientFileSystem Files => _opening.Files;

    public StoreContents Contents => _opening.Contents;

    /// <summary>Keeps files, and deletes them.</summary>
    public FilePins Pins => _opening.Pins;

    public AppliedErasures Erasures => _opening.Erasures;

    public SourcePositions Sources => _opening.Sources;

    public ImportedSegments Registry => _opening.Registry;

    /// <summary>What may be deleted for good.</summary>
    public DiskRetention Retention => _opening.Retention;

    public CommitPath Commits { get; }

    public WritePath Writes { get; }

    public IngestPath Ingest { get; }

    public SequenceReader Reader { get; }

    public StoreVisits Visits { get; }

    public StoreUpkeep Upkeep { get; }

    public CounterSource Counters { get; }

    /// <summary>The threads of the store; null when its work is done by <see cref="StoreEngine.RunPending"/>.</summary>
    public EngineThreads? Threads { get; }

    /// <summary>Opens the store in a folder, or makes one there. When this throws, nothing is left open.</summary>
    public static StoreWiring Open(IFileSystem files, string directory, StoreSchema declared, EngineOptions options, TimeProvider time)
    {
        MemTableFit.Require(declared, options);
        OwnedResources owned = new();
        PatientFileSystem patient = owned.Add(new PatientFileSystem(files, HandlePool.For(files), options.OpeningPatience));
        try
        {
            StoreFolder folder = new(patient, directory);
            FolderOwnership.Require(folder);
            patient.CreateDirectory(directory);
            IFileLock held = owned.Add(patient.Lock(folder.Lock));
            FailStop failStop = new();
            failStop.AddCheck(() => RequireHeld(held, folder.Lock));
            StoreOpening opening = new(patient, directory, declared, options, time, failStop, owned);
            opening.BeginChanges();
            return new StoreWiring(opening, owned);
        }
        catch
        {
            owned.Dispose();
            throw;
        }
    }

    /// <summary>Ends the looks of the erasure certificates: what the view holds is about to be closed.</summary>
    public void CloseLedger() => _ledger.Close();

    // Somebody who deletes lock files lets another process in: what the folder says is that one's to say from then on.
    private static void RequireHeld(IFileLock held, string lockFile)
    {
        if (!held.IsHeld)
        {
            throw new StoreLockLostException(lockFile);
        }
    }

    /// <summary>Replays the logs, begins the new one, and from then on keeps versions.</summary>
    private void RecoverLogs()
    {
        LogRecovery logs = _opening.Logs;
        new LogReplayer(
            Context, logs, Commits.Stream, Writes.MemTables, Writes.Applier, Writes.Frozen, Writes.Flusher).Run();
        Commits.Committer.CommitSchema();
        if (Writes.MemTables.Active.FirstLog == 0)
        {
            Writes.MemTables.Active.FirstLog = Commits.Stream.CurrentNumber;
        }

        StoreRecovery.CommitFirstLog(_opening.Manifest, Contents.View.Current.MemTables[^1].FirstLog, Context.Numbers.Upcoming);
        if (Commits.History is not null)
        {
            Commits.Recorder.Start(logs.EndPosition);
            Commits.Committer.KeepNow();
        }

        StoreRecovery.CommitKeptVersions(_opening.Manifest, keeps: Commits.History is not null);
    }

    /// <summary>Subscribes what parts tell each other.</summary>
    private void Connect()
    {
        StoreTelemetry telemetry = Context.Telemetry;
        Context.FailStop.Failed += OnFailed;

        // After each edit: there may be fewer tables, an erased user may be gone, and the directories take another share of the cache.
        Commits.Committer.Committed += Writes.Pace.WakeWaiters;
        Commits.Committer.Leaving += _ledger.Leaving;
        Commits.Committer.Committed += _ledger.Refresh;
        Commits.Committer.Committed += _cacheShare.Update;
        Contents.Heads.Resized += _cacheShare.Update;
        _cacheShare.Update();

        _opening.Pins.Deleted += _ => _ledger.Refresh();
        Reader.Pinned.Left += _ledger.Refresh;
        Writes.Frozen.StallBegan += telemetry.StallBegan;
        Writes.Frozen.StallEnded += telemetry.StallEnded;
        EngineInstruments.Register(Context, Contents.Watermarks, Counters);
    }

    /// <summary>A store that has failed takes nothing more, and whoever waits is told.</summary>
    private void OnFailed(Exception error)
    {
        Ingest.Queue.Ring.Close();
        Ingest.Queue.FailAll(error);
        Context.Telemetry.Poisoned(error);
    }

    private void ReportOpened()
    {
        TableVersion tables = Contents.View.Current.Tables;
        Context.Telemetry.Opened(new RecoveryReport(
            Context.Folder.Path,
            tables.Tables.Count,
            tables.Tables.Sum(table => table.Meta.Rows),
            Writes.Applier.EventsApplied,
            Context.Time.GetElapsedTime(_opening.Started)));
        _opening.ReportRetention();
    }
}
