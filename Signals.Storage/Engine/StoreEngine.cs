using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Compaction;
using Signals.Storage.FileSystem;
using Signals.Storage.History;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Tables;
using Signals.Storage.Telemetry;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.Engine;

/// <summary>One open store: wires the parts together, recovers what the last process left, and closes everything in order.</summary>
/// <remarks>
/// Thread contract: any thread, see the parts; <see cref="EngineThreads"/> runs the work that is not the callers'.
/// Without <see cref="EngineOptions.Background"/> there are no threads and <see cref="RunPending"/> does that work on the
/// caller's thread, in a fixed order. Lifetime: the folder's lock is held from <see cref="Open"/> to <see cref="Close"/>.
/// </remarks>
internal sealed partial class StoreEngine
{
    private readonly PatientFileSystem _files;
    private readonly string _directory;
    private readonly OwnedResources _owned;
    private readonly EngineOptions _options;
    private readonly ReadEpochs _epochs;
    private readonly FilePins _pins;
    private readonly MemArenaPool _arenas;
    private readonly BlockCache _cache;
    private readonly CacheWarmer _warmer;
    private readonly ErasureSet _erasures = new();
    private readonly ViewState _view;
    private readonly MemTableSet _memTables;
    private readonly RecordApplier _applier;
    private readonly LogStream? _log;
    private readonly ByteRing _ring;
    private readonly AckQueue _acks;
    private readonly IngestLoop _ingest;
    private readonly FreezeRequests _freezes;
    private readonly Flusher _flusher;
    private readonly Compactor _compactor;
    private readonly StoreWork _work;
    private readonly SegmentImporter _importer;
    private readonly Visits _visits;
    private readonly Checkpointer _checkpointer;
    private readonly Verification _verification;
    private readonly ErasureLedger _ledger;
    private readonly VersionHistory? _history;
    private readonly EngineThreads? _threads;
    private readonly OneClosing _closing = new();

    private StoreEngine(PatientFileSystem files, string directory, StoreSchema declared, EngineOptions asked, TimeProvider time, OwnedResources owned, Action requireOwner)
    {
        FailStop.AddCheck(requireOwner);
        _files = files;
        _directory = directory;
        _owned = owned;
        Time = time;
        long started = time.GetTimestamp();
        Telemetry = owned.Add(new StoreTelemetry(asked.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(directory)), asked.Observer, time));
        (files.OnShortageBegan, files.OnShortageEnded) = (Telemetry.HandleShortageBegan, Telemetry.HandleShortageEnded);
        FilePins pins = _pins = owned.Add(new FilePins(files, directory, FailStop)); // before the epochs: what these still hold is deleted when they go
        _epochs = owned.Add(new ReadEpochs());
        _arenas = owned.Add(new MemArenaPool(asked.MemTableBytes, keep: 2));
        Manifest manifest = owned.Add(StoreRecovery.OpenManifest(files, directory, declared, FailStop, KeepChoice.ToRecord(asked, KeepSettings.Unstated), out StoreSchema schema));
        EngineOptions options = _options = KeepChoice.Settle(files, directory, asked, manifest.State);
        Schema = schema;
        MemTableFit.Require(schema, options);
        ulong highest = StoreRecovery.HighestNumber(files, directory, manifest.State);
        Numbers = new FileNumbers(Math.Max(highest + 1, manifest.State.NextFileNumber));
        Watermarks = new WatermarkSet(schema.EventTypes.Count);
        _cache = new BlockCache(options.BlockCacheBytes, options.CacheHoldsDirectories);
        TableSet tables = new(files.ForTables(), directory, schema, _cache);
        ChunkLayout[] layouts = [.. schema.EventTypes.Select(type => new ChunkLayout(type))];
        _view = new ViewState(new ReadView([new MemTable(_arenas, layouts)], TableVersion.Empty), _epochs);
        owned.Add(new ViewParts(_view));
        OpenTables(manifest.State, tables);
        LogRecovery recovery = new(files, directory, manifest.State, schema);
        recovery.Check();
        ulong lists = 0;
        HistoryContent kept = options.KeptVersions is null ? new HistoryContent() : HistoryRecovery.Read(files, directory, manifest.State, out lists);

        // Everything that can be damaged was read once; only now is the store changed.
        manifest.Continue();
        StoreRecovery.CommitKeep(manifest, KeepChoice.ToRecord(asked, manifest.State.Keep));
        if (options.KeptVersions is null)
        {
            StoreRecovery.CommitKeptVersions(manifest, keeps: false);
            HistoryRecovery.Forget(files, directory);
        }

        StoreRecovery.Clean(files, directory, manifest.State, kept.Versions);
        StagedSegment.Clean(files, directory);
        _warmer = owned.Add(new CacheWarmer(_cache, _view, _epochs));
        Committer = new VersionCommitter(manifest, _view, Numbers, tables, _warmer, pins, FailStop) { NewSchema = StoreRecovery.NewSchema(manifest, schema) };
        TablePace pace = owned.Add(new TablePace(_view, options.SlowdownTables, TimeSpan.FromSeconds(1), FailStop));
        _memTables = owned.Add(new MemTableSet(_view, _arenas, layouts, options.MaxFrozenMemTables, pace, time, FailStop));
        _applier = new RecordApplier(schema, _memTables, _erasures, Sources, Watermarks)
        {
            WatchedFlushes = options.KeptVersions is null ? 0 : options.MaxFrozenMemTables + 1,
        };
        _flusher = owned.Add(new Flusher(
            files, directory, schema, Numbers, options.Tables, options.Compaction.WindowBytes, _erasures, _view, Committer, _applier, _memTables, Telemetry, pins, time));
        _compactor = owned.Add(new Compactor(files, directory, schema, Numbers, options, _erasures, _view, _epochs, tables, Committer, Telemetry, time));
        _work = new StoreWork(_flusher, _compactor, pins, FailStop, Telemetry);
        Registry = new SegmentRegistry(schema, manifest.State);
        _importer = owned.Add(new SegmentImporter(
            files, directory, schema, Numbers, tables, Committer, Registry, Watermarks, options, time, FailStop.Fail));
        _history = options.KeptVersions is { } retention
            ? owned.Add(new VersionHistory(files, directory, retention, options.LogBytes, kept, lists, pins, FailStop, time))
            : null;
        _flusher.FirstKeptLog = () => _history?.FirstLog ?? ulong.MaxValue;
        Recover(recovery);
        Committer.CommitSchema();

        // Without durability an empty log stands for those that the manifest expects, so that every mode recovers alike.
        bool keepsLog = options.Durability != Durability.InMemory;
        LogStream log = owned.Add(new LogStream(
            files, directory, Numbers, keepsLog ? options.FirstLogBytes : LogFormat.EmptyBytes, keepsLog ? options.LogBytes : LogFormat.EmptyBytes, FailStop));
        log.Start(recovery.UnusedLog, recovery.NextSequence);
        _log = keepsLog ? log : null;
        Committer.OnCommitting = () => _log?.SyncWritten();
        if (_memTables.Active.FirstLog == 0)
        {
            _memTables.Active.FirstLog = log.CurrentNumber;
        }

        StoreRecovery.CommitFirstLog(manifest, _view.Current.MemTables[^1].FirstLog, Numbers.Upcoming);
        StartHistory(recovery.EndPosition);
        StoreRecovery.CommitKeptVersions(manifest, keeps: _history is not null);
        _ring = owned.Add(new ByteRing(options.RingBytes, options.MaxBatchBytes));
        _acks = new AckQueue(options.Durability);
        _acks.Start(recovery.EndPosition);
        _freezes = new FreezeRequests(_ring, FailStop);
        _ingest = new IngestLoop(_ring, _log, log.CurrentNumber, _applier, _memTables, _acks, _freezes, FailStop, Telemetry.Freshness, options, recovery.EndPosition, _history?.Gate);
        Appender = new Appender(_ring, _acks, FailStop, options, recovery.EndPosition, Telemetry.Freshness, time);
        Reader = new SequenceReader(schema, _view, _epochs, _erasures, Watermarks, Registry, Telemetry, time, _history?.Gate);
        _visits = owned.Add(new Visits());
        _checkpointer = new Checkpointer(files, directory, Committer, _log, pins);
        _verification = new Verification(files, directory, schema, Committer, _log, pins);
        _ledger = new ErasureLedger(files, directory, _view, _epochs, _checkpointer, _log, time);
        _ledger.KeptFiles = () => _history?.Versions.SelectMany(version => version.DataFiles()) ?? [];
        Committer.OnCommitted = OnCommitted;
        ShareCache();
        pins.OnDeleted = _ => _ledger.Refresh();
        FailStop.Failed += OnFailed;
        _memTables.OnStallBegan = Telemetry.StallBegan;
        _memTables.OnStallEnded = Telemetry.StallEnded;
        EngineInstruments.Register(Telemetry.Meter, this);
        Telemetry.Opened(new RecoveryReport(
            directory, Tables.Tables.Count, Tables.Tables.Sum(table => table.Meta.Rows), _applier.EventsApplied, time.GetElapsedTime(started)));
        files.EndOpening();
        _threads = options.Background
            ? new EngineThreads(_ingest, _flusher, _compactor, _work, _memTables, _log, DoUpkeep, options, FailStop)
            : null;
    }

    public StoreSchema Schema { get; }

    public string Folder => _directory;

    /// <summary>What the store goes by, with nothing left to inherit.</summary>
    public EngineOptions Options => _options;

    /// <summary>The handles of the tables, shared with other stores of the process.</summary>
    public HandlePool Handles => _files.Handles;

    public Appender Appender { get; }

    public SequenceReader Reader { get; }

    public TimeProvider Time { get; }

    public FailStop FailStop { get; } = new();

    public StoreTelemetry Telemetry { get; }

    public WatermarkSet Watermarks { get; }

    public VersionCommitter Committer { get; }

    public FileNumbers Numbers { get; }

    /// <summary>Where sources of events go on.</summary>
    public SourcePositions Sources { get; } = new();

    /// <summary>What was imported, and how complete each event type is.</summary>
    public SegmentRegistry Registry { get; }

    /// <summary>Most bytes of one record.</summary>
    public int MaxBatchBytes => _options.MaxBatchBytes;

    /// <summary>Why work on the tables failed last; null while it succeeds.</summary>
    public Exception? WorkError => _work.Error;

    /// <summary>The tables now.</summary>
    public TableVersion Tables => _view.Current.Tables;

    // What tables hold whatever is read; with one budget for all, pages of directories are among the blocks.
    private long DirectoryBytes => _view.Current.Tables.Tables.Sum(table => table.ResidentBytes) + _view.Current.Tables.FilterBytes;

    private long DirectoryPageBytes => _options.CacheHoldsDirectories ? 0 : _cache.Directories.GetStats().ResidentBytes;

    public static StoreEngine Open(IFileSystem files, string directory, StoreSchema declared, EngineOptions options, TimeProvider time)
    {
        MemTableFit.Require(declared, options);
        OwnedResources owned = new();
        PatientFileSystem patient = owned.Add(new PatientFileSystem(files, HandlePool.For(files), options.OpeningPatience));
        try
        {
            StoreFolder.RequireOurs(patient, directory);
            patient.CreateDirectory(directory);
            string lockFile = Path.Combine(directory, StoreFiles.Lock);
            IFileLock held = owned.Add(patient.Lock(lockFile));
            return new StoreEngine(patient, directory, declared, options, time, owned, () => RequireHeld(held, lockFile));
        }
        catch
        {
            owned.Dispose();
            throw;
        }
    }

    /// <summary>Does all work that waits, on this thread: ingest, flush, compaction. For a store without threads.</summary>
    public void RunPending() => Guard(() =>
    {
        RunAll(() => IngestOnce() || _work.Flushing.TryStep() || _work.Compacting.TryStep());
        _ = _work.Deleting.TryStep();
        KeepHistory();
    });

    /// <summary>Makes what was acknowledged so far survive a power cut; with <see cref="Durability.InMemory"/> it does nothing.</summary>
    public void SyncLog() => Guard(() => _log?.SyncWritten());

    /// <summary>Waits until everything accepted before the call is visible.</summary>
    public ValueTask<AppendAck> WhenAppliedAsync()
    {
        FailStop.ThrowIfFailed();
        ValueTask<AppendAck> applied = _acks.WaitAsync(Appender.AcceptedPosition);
        Pump();
        return applied;
    }

    /// <summary>Puts everything that was accepted before the call into tables.</summary>
    public async Task FlushAsync()
    {
        if (_work.Flushing.Error is not null)
        {
            await RunAsync(_work.Flushing.DoAll).ConfigureAwait(false); // who asks is told, before ingest stalls on full memtables
        }

        await WhenAppliedAsync().ConfigureAwait(false);
        Task frozen = _freezes.AskAsync();
        Pump();
        await frozen.ConfigureAwait(false);
        await RunAsync(_work.Flushing.DoAll).ConfigureAwait(false);
    }

    /// <summary>Flushes, then merges the tables of now until every window is one run and nothing erased, expired or trimmed is left.</summary>
    public async Task CompactAsync()
    {
        await FlushAsync().ConfigureAwait(false);
        long now = Time.GetUtcNow().ToUnixTimeMilliseconds();
        await RunAsync(() =>
        {
            // Between two edits: what one has recorded is in the view then, and so among what is compacted.
            ulong erasures = Committer.Look(_ => _history?.ErasureEdits ?? 0);
            bool isDone = false;
            _work.Compacting.Do(() => isDone = _compactor.RunAll(now));
            if (isDone || PlantedBugs.Has(PlantedBugs.InterruptedCompactionIsClean))
            {
                _history?.LetErasedGo(erasures, Committer.KeepNow);
            }

            ObjectDisposedException.ThrowIf(!isDone || _closing.HasBegun, this);
        }).ConfigureAwait(false);
    }

    /// <summary>Closes in order: no new writes, drain, flush or seal, wait for readers, free. A second call waits for the first and does nothing.</summary>
    /// <param name="abandon">Leaves files as a crash would: nothing is drained, sealed or flushed.</param>
    public void Close(bool abandon = false) => _closing.Run(() => CloseOnce(abandon));

    private void CloseOnce(bool abandon)
    {
        Telemetry.Dispose();
        try
        {
            _files.Stop();
            _warmer.Stop();
            _ring.Close();
            _visits.Close();
            _threads?.Dispose();
            _freezes.FailAll();
            if (!abandon)
            {
                SaveRest();
            }
        }
        finally
        {
            _acks.Fail(FailStop.Error ?? new ObjectDisposedException("SignalStore"));
            _freezes.FailAll();
            Reader.Close();
            _ledger.Close();
            _owned.Dispose();
            Telemetry.Closed();
        }
    }

    /// <summary>Patches without their event: those that wait, by run, and those dropped since the store was opened, by source.</summary>
    public (IReadOnlyList<OrphanCount> Held, IReadOnlyList<OrphanCount> Dropped) GetOrphans() => _compactor.Folder.Report();

    public EngineCounters GetCounters() => new(
        _applier.EventsApplied,
        Appender.Rejected,
        Appender.OutOfReach + _importer.OutOfReach,
        Appender.BackPressure,
        _memTables.StallCount,
        _memTables.TableStallCount,
        _memTables.StallTime,
        _log?.BytesWritten ?? 0,
        _log?.SyncCount ?? 0,
        _flusher.Totals,
        _compactor.Totals,
        _compactor.Pacer.WaitedTime,
        _cache.GetStats(),
        _erasures.Count,
        _arenas.LiveCount * _arenas.ArenaBytes,
        DirectoryBytes + DirectoryPageBytes + _cache.Directories.HeldBytes,
        _view.Current.Tables.Tables.Count,
        _view.Current.Tables.Tables.Sum(table => table.Meta.TotalLength),
        _view.Current.Tables.Tables.Where(table => table.Meta.Kind == RunKind.Events).Sum(table => table.Meta.Rows),
        _view.Current.MemTables.Sum(table => table.Rows),
        Math.Max(0, Appender.AcceptedPosition - _acks.Acknowledged),
        _options.RingBytes,
        Math.Max(0, _view.Current.Tables.Tables.Where(table => table.Meta.Kind == RunKind.Patches).Sum(table => table.Meta.Rows) - _compactor.Folder.GoneRows),
        _compactor.Folder.Report().Held.Sum(orphans => orphans.Count),
        _history?.Count ?? 0,
        _history?.KeptBytes ?? 0,
        _applier.EventsHidden,
        _work.Failures,
        _compactor.AsideCount);

    private void OnCommitted()
    {
        _memTables.Pace.Look();
        _ledger.Refresh();
        ShareCache();
    }

    /// <summary>With one budget for both, directories take their room from the blocks.</summary>
    private void ShareCache()
    {
        if (_options.CacheHoldsDirectories)
        {
            _cache.Reserve(DirectoryBytes);
        }
    }

    // Somebody who deletes lock files lets another process in: what the folder says is that one's to say from then on.
    private static void RequireHeld(IFileLock held, string lockFile)
    {
        if (!held.IsHeld)
        {
            throw new StoreLockLostException(lockFile);
        }
    }

    private void SaveRest()
    {
        if (!FailStop.IsWritable())
        {
            return;
        }

        RunAll(_ingest.DrainOnce);
        if (_log is not null)
        {
            _log.Seal();
            return;
        }

        // First what is frozen: nobody else makes room for the active one any more.
        RunAll(_flusher.FlushOnce);
        _ingest.FreezeActive();
        RunAll(_flusher.FlushOnce);
    }

    /// <summary>Without threads: does the ingest thread's work now.</summary>
    private void Pump()
    {
        if (!_options.Background)
        {
            GuardForCaller(() => RunAll(IngestOnce));
        }
    }

    // A run of records that was begun has to have room, and without threads nobody makes it meanwhile.
    private bool IngestOnce()
    {
        if (_memTables.IsFull)
        {
            _work.Flushing.DoAll();
        }

        return _ingest.RunOnce();
    }

    private static void RunAll(Func<bool> work)
    {
        while (work())
        {
        }
    }
}
