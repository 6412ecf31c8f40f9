using System.Diagnostics;
using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Compaction;
using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Segments;
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
internal sealed class StoreEngine
{
    private readonly OwnedResources _owned;
    private readonly EngineOptions _options;
    private readonly ReadEpochs _epochs;
    private readonly MemArenaPool _arenas;
    private readonly BlockCache _cache;
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
    private readonly VersionCommitter _committer;
    private readonly FileNumbers _numbers;
    private readonly SegmentImporter _importer;
    private readonly Visits _visits;
    private readonly Checkpointer _checkpointer;
    private readonly Verification _verification;
    private readonly ErasureLedger _ledger;
    private readonly EngineThreads? _threads;
    private int _closed;

    private StoreEngine(IFileSystem files, string directory, StoreSchema declared, EngineOptions options, TimeProvider time, OwnedResources owned)
    {
        _owned = owned;
        _options = options;
        Time = time;
        long started = time.GetTimestamp();
        Telemetry = owned.Add(new StoreTelemetry(options.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(directory)), options.Observer, time));
        _epochs = owned.Add(new ReadEpochs());
        _arenas = owned.Add(new MemArenaPool(options.MemTableBytes, keep: 2));
        Manifest manifest = owned.Add(StoreRecovery.OpenManifest(files, directory, declared, out StoreSchema schema));
        Schema = schema;
        MemTableFit.Require(schema, options);
        ulong highest = StoreRecovery.HighestNumber(files, directory, manifest.State);
        _numbers = new FileNumbers(Math.Max(highest + 1, manifest.State.NextFileNumber));
        Watermarks = new WatermarkSet(schema.EventTypes.Count);
        _cache = new BlockCache(options.BlockCacheBytes);
        TableSet tables = new(files, directory, schema, _cache);
        ChunkLayout[] layouts = [.. schema.EventTypes.Select(type => new ChunkLayout(type))];
        _view = new ViewState(new ReadView([new MemTable(_arenas, layouts)], TableVersion.Empty), _epochs);
        owned.Add(new ViewParts(_view));
        OpenTables(manifest.State, tables);
        LogRecovery recovery = new(files, directory, manifest.State, schema);
        recovery.Check();

        // Everything that can be damaged was read once; only now is the store changed.
        StoreRecovery.CommitSchema(manifest, schema);
        StoreRecovery.Clean(files, directory, manifest.State);
        StagedSegment.Clean(files, directory);
        FilePins pins = new(files, directory);
        _committer = new VersionCommitter(manifest, _view, _numbers, tables, pins);
        _memTables = owned.Add(new MemTableSet(_view, _arenas, layouts, options.MaxFrozenMemTables, time, FailStop));
        _applier = new RecordApplier(schema, _memTables, _erasures, Sources, Watermarks);
        _flusher = owned.Add(new Flusher(
            files, directory, schema, _numbers, options.Tables, _erasures, _view, _committer, _applier, _memTables, Telemetry, pins, time));
        _compactor = owned.Add(new Compactor(files, directory, schema, _numbers, options, _erasures, _view, _epochs, _committer, Telemetry, time));
        Registry = new SegmentRegistry(schema, manifest.State);
        _importer = owned.Add(new SegmentImporter(
            files, directory, schema, _numbers, tables, _committer, Registry, Watermarks, options, time, FailStop.Fail));
        Recover(recovery);

        // Without durability an empty log stands for those that the manifest expects, so that every mode recovers alike.
        bool keepsLog = options.Durability != Durability.InMemory;
        LogStream log = owned.Add(new LogStream(files, directory, _numbers, keepsLog ? options.LogBytes : LogFormat.EmptyBytes));
        log.Start(recovery.UnusedLog, recovery.NextSequence);
        _log = keepsLog ? log : null;
        _committer.OnCommitting = () => _log?.SyncWritten();
        if (_memTables.Active.FirstLog == 0)
        {
            _memTables.Active.FirstLog = log.CurrentNumber;
        }

        StoreRecovery.CommitFirstLog(manifest, _memTables.Active.FirstLog, _numbers.Upcoming);
        _ring = owned.Add(new ByteRing(options.RingBytes, options.MaxBatchBytes));
        _acks = new AckQueue(options.Durability);
        _acks.Start(recovery.EndPosition);
        _freezes = new FreezeRequests(_ring, FailStop);
        _ingest = new IngestLoop(_ring, _log, log.CurrentNumber, _applier, _memTables, _acks, _freezes, Telemetry.Freshness, options, recovery.EndPosition);
        Appender = new Appender(_ring, _acks, FailStop, options, recovery.EndPosition, Telemetry.Freshness, time);
        Reader = new SequenceReader(schema, _view, _epochs, _erasures, Watermarks, Registry, Telemetry, time);
        _visits = owned.Add(new Visits());
        _checkpointer = new Checkpointer(files, directory, _committer, _log, pins);
        _verification = new Verification(files, directory, schema, _committer, _log, pins);
        _ledger = new ErasureLedger(files, directory, _view, _epochs, _checkpointer, _log, time);
        _committer.OnCommitted = _ledger.Refresh;
        pins.OnDeleted = _ => _ledger.Refresh();
        FailStop.Failed += OnFailed;
        _memTables.OnStallBegan = Telemetry.StallBegan;
        _memTables.OnStallEnded = Telemetry.StallEnded;
        EngineInstruments.Register(Telemetry.Meter, this);
        Telemetry.Opened(new RecoveryReport(
            directory, Tables.Tables.Count, Tables.Tables.Sum(table => table.Meta.Rows), _applier.EventsApplied, time.GetElapsedTime(started)));
        _threads = options.Background
            ? new EngineThreads(_ingest, _flusher, _compactor, _memTables, _log, _arenas, _epochs, options, FailStop)
            : null;
    }

    public StoreSchema Schema { get; }

    public Appender Appender { get; }

    public SequenceReader Reader { get; }

    public TimeProvider Time { get; }

    public FailStop FailStop { get; } = new();

    public StoreTelemetry Telemetry { get; }

    public WatermarkSet Watermarks { get; }

    /// <summary>Where sources of events go on.</summary>
    public SourcePositions Sources { get; } = new();

    /// <summary>What was imported, and how complete each event type is.</summary>
    public SegmentRegistry Registry { get; }

    /// <summary>Most bytes of one record.</summary>
    public int MaxBatchBytes => _options.MaxBatchBytes;

    /// <summary>The tables now.</summary>
    public TableVersion Tables => _view.Current.Tables;

    public static StoreEngine Open(IFileSystem files, string directory, StoreSchema declared, EngineOptions options, TimeProvider time)
    {
        MemTableFit.Require(declared, options);
        files.CreateDirectory(directory);
        OwnedResources owned = new();
        try
        {
            owned.Add(files.Lock(Path.Combine(directory, StoreFiles.Lock)));
            return new StoreEngine(files, directory, declared, options, time, owned);
        }
        catch
        {
            owned.Dispose();
            throw;
        }
    }

    /// <summary>Does all work that waits, on this thread: ingest, flush, compaction. For a store without threads.</summary>
    public void RunPending() => Guard(() => RunAll(() => _ingest.RunOnce() || _flusher.FlushOnce() || _compactor.RunOnce()));

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

    /// <summary>A number for a table or file that is going to be attached.</summary>
    public ulong NextFileNumber() => _numbers.Next();

    /// <summary>
    /// Adds runs that were made elsewhere, all or none: durable and visible on return. Their files lie in the store's folder, whole
    /// and synced, under numbers of <see cref="NextFileNumber"/>.
    /// </summary>
    /// <exception cref="CorruptionException">A file is not the table described; nothing changed.</exception>
    /// <exception cref="InvalidDataException">A description contradicts the store; nothing changed.</exception>
    /// <exception cref="IOException">The disk refused; the store accepts no further change.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public void Attach(IReadOnlyList<TableMeta> runs)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed) != 0, this);
        FailStop.ThrowIfFailed();
        VersionEdit edit = new();
        edit.AddedTables.AddRange(runs);
        try
        {
            _committer.Commit(edit, (current, version) => current.WithTables(version));
        }
        catch (Exception error) when (error is not CorruptionException and not InvalidDataException)
        {
            FailStop.Fail(error);
            throw;
        }

        foreach (TableMeta run in runs)
        {
            Watermarks.Raise(run.EventType, run.NewestInserted);
        }
    }

    /// <summary>Puts everything that was accepted before the call into tables.</summary>
    public async Task FlushAsync()
    {
        await WhenAppliedAsync().ConfigureAwait(false);
        Task frozen = _freezes.AskAsync();
        Pump();
        await frozen.ConfigureAwait(false);
        await RunAsync(() => RunAll(_flusher.FlushOnce)).ConfigureAwait(false);
    }

    /// <summary>Flushes, then merges the tables of now until every window is one run and nothing erased, expired or trimmed is left.</summary>
    public async Task CompactAsync()
    {
        await FlushAsync().ConfigureAwait(false);
        long now = Time.GetUtcNow().ToUnixTimeMilliseconds();
        await RunAsync(() =>
        {
            _compactor.RunAll(now);
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed) != 0, this);
        }).ConfigureAwait(false);
    }

    /// <summary>Takes a segment in, on a thread that is not the engine's.</summary>
    public async Task<ImportResult> ImportAsync(string path, ImportOptions options, CancellationToken cancellationToken)
    {
        FailStop.ThrowIfFailed();
        using Activity? activity = Telemetry.Start(TelemetryNames.ImportActivity);
        ImportResult result = _options.Background
            ? await Task.Run(() => _importer.Import(path, options, cancellationToken), cancellationToken).ConfigureAwait(false)
            : _importer.Import(path, options, cancellationToken);
        activity?.SetTag(TelemetryNames.EventTypeTag, result.EventType).SetTag("signals.rows", result.Events + result.Patches)
            .SetTag("signals.bytes", result.FileBytes);
        _threads?.WakeCompaction();
        return result;
    }

    /// <summary>Records up to when an event type is complete.</summary>
    public void DeclareComplete(EventTypeSchema type, long upToMs)
    {
        FailStop.ThrowIfFailed();
        _importer.DeclareComplete(type, upToMs);
    }

    /// <summary>
    /// Takes a checkpoint; see <see cref="Checkpointer"/>. A log holds what was acknowledged; without logs a flush has to put it into
    /// tables first. An error leaves the store as it was.
    /// </summary>
    public async Task<CheckpointInfo> CheckpointAsync(string target, CancellationToken cancellationToken)
    {
        if (_log is null)
        {
            await FlushAsync().ConfigureAwait(false);
        }

        return await VisitAsync(token => _checkpointer.Take(target, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Verifies every file of the current version; what is wrong is in the report and poisons nothing.</summary>
    public Task<VerifyReport> VerifyAsync(IProgress<VerifyProgress>? progress, CancellationToken cancellationToken) =>
        VisitAsync(token => _verification.Run(progress, token), cancellationToken);

    /// <summary>The same on the caller's thread.</summary>
    public VerifyReport Verify(IProgress<VerifyProgress>? progress, CancellationToken cancellationToken) =>
        _visits.Run(token => _verification.Run(progress, token), cancellationToken);

    /// <summary>Begins the certificate of an erasure that was acknowledged.</summary>
    public ErasureCertificate Certify(UserId user) => _ledger.Begin(user, _erasures.CutoffOf(user));

    /// <summary>Closes in order: no new writes, drain, flush or seal, wait for readers, free. Safe to call twice.</summary>
    /// <param name="abandon">Leaves files as a crash would: nothing is drained, sealed or flushed.</param>
    public void Close(bool abandon = false)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }

        Telemetry.Dispose();
        try
        {
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
        Appender.BackPressure,
        _memTables.StallCount,
        _memTables.StallTime,
        _log?.BytesWritten ?? 0,
        _log?.SyncCount ?? 0,
        _flusher.Totals,
        _compactor.Totals,
        _compactor.Pacer.WaitedTime,
        _cache.GetStats(),
        _erasures.Count,
        _arenas.LiveCount * _arenas.ArenaBytes,
        _view.Current.Tables.Tables.Sum(table => table.ResidentBytes),
        _view.Current.Tables.Tables.Count,
        _view.Current.Tables.Tables.Sum(table => table.Meta.TotalLength),
        _view.Current.Tables.Tables.Where(table => table.Meta.Kind == RunKind.Events).Sum(table => table.Meta.Rows),
        _view.Current.MemTables.Sum(table => table.Rows),
        Math.Max(0, Appender.AcceptedPosition - _acks.Acknowledged),
        _options.RingBytes,
        Math.Max(0, _view.Current.Tables.Tables.Where(table => table.Meta.Kind == RunKind.Patches).Sum(table => table.Meta.Rows) - _compactor.Folder.GoneRows),
        _compactor.Folder.Report().Held.Sum(orphans => orphans.Count));

    private void OpenTables(ManifestState state, TableSet tables)
    {
        VersionEdit all = new();
        all.AddedTables.AddRange(state.Tables.Values);
        Table[] opened = tables.OpenAll(all.AddedTables);
        _view.Replace(view => view.WithTables(view.Tables.Apply(all, opened)));
        foreach (TableMeta meta in all.AddedTables)
        {
            Watermarks.Raise(meta.EventType, meta.NewestInserted);
        }

        foreach ((UserId user, long cutoffMs) in state.Erasures)
        {
            _erasures.Add(user, cutoffMs);
        }

        Sources.Load(state.Sources);
    }

    private void Recover(LogRecovery recovery)
    {
        _memTables.OnFrozen = () => _flusher.FlushOnce();
        recovery.Replay((log, records, before) =>
        {
            if (_memTables.Active.FirstLog == 0)
            {
                _memTables.Active.FirstLog = log;
            }

            _applier.Apply(records, before, log);
        });
    }

    private void SaveRest()
    {
        if (FailStop.Error is not null)
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

    private void OnFailed(Exception error)
    {
        _ring.Close();
        _acks.Fail(error);
        _freezes.FailAll();
        _memTables.SignalRoom();
        Telemetry.Poisoned(error);
    }

    /// <summary>Without threads: does the ingest thread's work now.</summary>
    private void Pump()
    {
        if (!_options.Background)
        {
            Guard(() => RunAll(_ingest.RunOnce));
        }
    }

    private async Task RunAsync(Action work)
    {
        if (_options.Background)
        {
            await Task.Run(() => Guard(work)).ConfigureAwait(false);
        }
        else
        {
            Guard(work);
        }
    }

    /// <summary>Work on the files that fails for itself alone: its errors are the caller's and poison nothing.</summary>
    private async Task<T> VisitAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellationToken) => _options.Background
        ? await Task.Run(() => _visits.Run(work, cancellationToken), cancellationToken).ConfigureAwait(false)
        : _visits.Run(work, cancellationToken);

    /// <summary>An error in work that a caller's thread does for the engine poisons the store as it would on the engine's own.</summary>
    private void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (error is not ObjectDisposedException)
        {
            FailStop.Fail(error);
            throw;
        }
    }

    private static void RunAll(Func<bool> work)
    {
        while (work())
        {
        }
    }
}
