using Signals.Core.Model;
using Signals.Maintenance;
using Signals.Offline;
using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Flushing;
using Signals.Storage.Engine.Ingest;
using Signals.Storage.Engine.Reading;
using Signals.Storage.Engine.Views;
using Signals.Storage.FileSystem;
using Signals.Storage.History;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Scanning;
using Signals.Storage.Tables;
using Signals.Storage.Telemetry;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>One open store: what callers may ask of its parts, and the order in which it is closed.</summary>
/// <remarks>
/// Thread contract: any thread, see the parts; <see cref="EngineThreads"/> runs the work that is not the callers'. Without
/// <see cref="EngineOptions.Background"/> there are no threads and <see cref="RunPending"/> does that work on the caller's thread,
/// in a fixed order. Lifetime: the folder's lock is held from <see cref="Open"/> to <see cref="Close"/>. <see cref="StoreWiring"/>
/// builds the parts.
/// </remarks>
internal sealed partial class StoreEngine
{
    private readonly StoreWiring _parts;
    private readonly CallerWork _callers;
    private readonly OneClosing _closing = new();

    private StoreEngine(StoreWiring parts)
    {
        _parts = parts;
        _callers = new CallerWork(parts.Context);
    }

    /// <summary>The schema in force.</summary>
    public StoreSchema Schema => _parts.Context.Schema;

    /// <summary>The path of the store's folder.</summary>
    public string Folder => Files.Path;

    /// <summary>The store's folder.</summary>
    public StoreFolder Files => _parts.Context.Folder;

    /// <summary>The settings, with nothing left to inherit from what the store recorded.</summary>
    public EngineOptions Options => _parts.Context.Options;

    public Appender Appender => _parts.Ingest.Appender;

    public EventFilter Filter => _parts.Ingest.Filter;

    public SequenceReader Reader => _parts.Reader;

    public TimeProvider Time => _parts.Context.Time;

    public FailStop FailStop => _parts.Context.FailStop;

    public StoreTelemetry Telemetry => _parts.Context.Telemetry;

    public WatermarkSet Watermarks => _parts.Contents.Watermarks;

    /// <summary>Where sources of events go on.</summary>
    public SourcePositions Sources => _parts.Sources;

    /// <summary>What was imported, and how complete each event type is.</summary>
    public ImportedSegments Registry => _parts.Registry;

    /// <summary>The versions that are kept; null when none are.</summary>
    public VersionHistory? History => _parts.Commits.History;

    /// <summary>Most bytes of one record.</summary>
    public int MaxBatchBytes => Options.MaxBatchBytes;

    /// <summary>Why work on the tables failed last; null while it succeeds.</summary>
    public Exception? WorkError => Work.Error;

    /// <summary>The tables now.</summary>
    public TableVersion Tables => _parts.Contents.View.Current.Tables;

    /// <summary>Stream position up to which everything is visible.</summary>
    public StreamPosition AcknowledgedPosition => _parts.Ingest.Queue.Acks.Acknowledged;

    private StoreWork Work => _parts.Writes.Work;

    private LogStream? Log => _parts.Commits.Log;

    /// <summary>Opens the store in a folder, or makes one there.</summary>
    public static StoreEngine Open(IFileSystem files, string directory, StoreSchema declared, EngineOptions options, TimeProvider time) =>
        new(StoreWiring.Open(files, directory, declared, options, time));

    /// <summary>Does all work that waits, on this thread: ingest, flush, compaction. For a store without threads.</summary>
    public void RunPending() => _callers.Guard(() =>
    {
        RunAll(() => IngestOnce() || Work.Flushing.TryStep() || Work.Compacting.TryStep());
        _ = Work.Deleting.TryStep();
        _parts.Upkeep.KeepHistory();
    });

    /// <summary>Waits until everything accepted before the call is visible.</summary>
    public ValueTask<AppendAck> WhenAppliedAsync()
    {
        FailStop.ThrowIfFailed();
        ValueTask<AppendAck> applied = _parts.Ingest.Queue.Acks.WaitAsync(Appender.AcceptedPosition);
        Pump();
        return applied;
    }

    /// <summary>Puts everything that was accepted before the call into tables.</summary>
    public async Task FlushAsync()
    {
        if (Work.Flushing.Error is not null)
        {
            // The caller is told why flushes fail, before ingest stalls on full memtables.
            await _callers.RunAsync(Work.Flushing.DoAll).ConfigureAwait(false);
        }

        await WhenAppliedAsync().ConfigureAwait(false);
        Task frozen = _parts.Ingest.Queue.Freezes.AskAsync();
        Pump();
        await frozen.ConfigureAwait(false);
        await _callers.RunAsync(Work.Flushing.DoAll).ConfigureAwait(false);
    }

    /// <summary>
    /// Flushes, then merges the tables of now until every window is one run and nothing erased, expired or trimmed is left.
    /// </summary>
    public async Task CompactAsync()
    {
        await FlushAsync().ConfigureAwait(false);
        DiskLimits limits = _parts.Retention.Now();
        await _callers.RunAsync(() =>
        {
            // Between two edits: what one has recorded is in the view then, and so among what is compacted.
            ulong erasures = _parts.Commits.Committer.ReadBetweenEdits(_ => History?.ErasureEdits ?? 0);
            bool isDone = false;
            Work.Compacting.Do(() => isDone = _parts.Writes.Compactor.RunAll(limits));
            if (isDone || PlantedBugs.Has(PlantedBugs.InterruptedCompactionIsClean))
            {
                History?.DropVersionsWithErased(erasures, _parts.Commits.Committer.KeepNow);
            }

            ObjectDisposedException.ThrowIf(!isDone || _closing.HasBegun, this);
        }).ConfigureAwait(false);
    }

    /// <summary>Imports a segment, on a thread that is not the engine's.</summary>
    public async Task<ImportResult> ImportAsync(string path, ImportOptions options, CancellationToken cancellationToken)
    {
        ImportResult result = await _parts.Visits.ImportAsync(path, options, cancellationToken).ConfigureAwait(false);
        _parts.Threads?.WakeCompaction();
        return result;
    }

    /// <summary>Records up to when an event type is complete.</summary>
    public void DeclareComplete(EventTypeSchema type, long upToMs) => _parts.Visits.DeclareComplete(type, upToMs);

    /// <summary>
    /// Takes a checkpoint; see <see cref="Signals.Storage.Engine.Upkeep.OpenStoreCheckpoint"/>. A log holds what was
    /// acknowledged; without logs a flush has to put it into tables first.
    /// </summary>
    public async Task<CheckpointInfo> CheckpointAsync(string target, CancellationToken cancellationToken)
    {
        if (Log is null)
        {
            await FlushAsync().ConfigureAwait(false);
        }

        return await _parts.Visits.CheckpointAsync(target, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Verifies every file of the current version; what is wrong is in the report and poisons nothing.</summary>
    public Task<VerifyReport> VerifyAsync(IProgress<VerifyProgress>? progress, CancellationToken cancellationToken) =>
        _parts.Visits.VerifyAsync(progress, cancellationToken);

    /// <summary>The same on the caller's thread.</summary>
    public VerifyReport Verify(IProgress<VerifyProgress>? progress, CancellationToken cancellationToken) =>
        _parts.Visits.Verify(progress, cancellationToken);

    /// <summary>Begins the certificate of an erasure that was acknowledged.</summary>
    public ErasureCertificate Certify(UserId user) => _parts.Visits.Certify(user);

    /// <summary>
    /// Erases a user without a record in the log: the next flush puts the erasure into the manifest, at the position that the store has.
    /// Only while nothing else is appended, because otherwise the ingest thread may apply an erasure at the same time.
    /// </summary>
    public void EraseUnlogged(UserId user, long cutoffMs)
    {
        FailStop.ThrowIfFailed();
        _parts.Erasures.AddUnlogged(user, cutoffMs);
    }

    /// <summary>Newest erased time of a user as of now.</summary>
    public long ErasedTo(in UserId user) => _parts.Erasures.Set.CutoffOf(user);

    /// <summary>
    /// Pins the state of now for scans of an event type: everything that was acknowledged before the call. It freezes the active memtable
    /// if that holds anything, because a pinned memtable must not change.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public PinnedView PinForScan(EventTypeSchema type)
    {
        // A store that has failed appends nothing any more.
        bool isFrozen = _parts.Contents.View.Current.Active.Rows == 0 || TryFreeze();
        return _parts.Commits.Committer.ReadBetweenEdits(_ =>
        {
            ReadView now = _parts.Contents.View.Current;
            ReadView pinned = isFrozen ? now.WithoutActive() : now;
            IEnumerable<Table> tables = [.. now.Tables.TablesOf(type.Id), .. now.Tables.PatchesOf(type.Id)];
            return Reader.Pin(pinned, type, _parts.Pins.Pin(tables.SelectMany(table => StoreFiles.FilesOf(table.Meta)).Distinct()));
        });
    }

    /// <summary>Opens a kept version as of its own; null when it is not kept any more. Dispose it.</summary>
    /// <param name="number">The version.</param>
    /// <param name="end">Position behind which records of the version's time were lost.</param>
    public PastState? OpenPast(ulong number, out StreamPosition end)
    {
        end = StreamPosition.Start;
        if (History is null
            || !History.TryPin(number, out RetainedVersion version, out Erasure[] erasures, out end, out IDisposable? pinned))
        {
            return null;
        }

        try
        {
            return new PastState(_parts.Context, version, erasures, pinned!, _parts.Erasures.Set);
        }
        catch
        {
            pinned!.Dispose();
            throw;
        }
    }

    /// <summary>Patches without their event: those that wait, by run, and those dropped since the store was opened, by source.</summary>
    public (IReadOnlyList<OrphanCount> Held, IReadOnlyList<OrphanCount> Dropped) GetOrphans() => _parts.Writes.Compactor.Folder.Report();

    /// <summary>The counters now.</summary>
    public EngineCounters GetCounters() => _parts.Counters.Read();

    /// <summary>
    /// Closes in order: refuses new writes, drains, flushes or seals, waits for readers, frees. A second call waits for the first
    /// and does nothing.
    /// </summary>
    /// <param name="abandon">Leaves files as a crash would: nothing is drained, sealed or flushed.</param>
    public void Close(bool abandon = false) => _closing.Run(() => CloseOnce(abandon));

    private void CloseOnce(bool abandon)
    {
        Telemetry.Dispose();
        try
        {
            _parts.Files.Stop();
            _parts.Commits.Warmer.Stop();
            _parts.Ingest.Queue.Ring.Close();
            _parts.Visits.Close();
            _parts.Threads?.Dispose();
            _parts.Ingest.Queue.Freezes.FailAll();
            if (!abandon)
            {
                SaveRest();
            }
        }
        finally
        {
            _parts.Ingest.Queue.FailAll(FailStop.Error ?? new ObjectDisposedException("SignalStore"));
            Reader.Close();
            _parts.CloseLedger();
            _parts.Owned.Dispose();
            Telemetry.Closed();
        }
    }

    private void SaveRest()
    {
        if (!FailStop.IsWritable())
        {
            return;
        }

        IngestLoop ingest = _parts.Ingest.Loop;
        RunAll(ingest.DrainOnce);
        if (Log is not null)
        {
            Log.Seal();
            return;
        }

        // First what is frozen: nobody else makes room for the active one any more.
        Flusher flusher = _parts.Writes.Flusher;
        RunAll(flusher.FlushOnce);
        ingest.FreezeActive();
        RunAll(flusher.FlushOnce);
    }

    // False when the store has failed.
    private bool TryFreeze()
    {
        try
        {
            FailStop.ThrowIfFailed();
            Task frozen = _parts.Ingest.Queue.Freezes.AskAsync();
            Pump();
            frozen.GetAwaiter().GetResult();
            return true;
        }
        catch (StorePoisonedException)
        {
            return false; // reads go on, and so do scans
        }
    }

    /// <summary>Without threads: does the ingest thread's work now.</summary>
    private void Pump()
    {
        if (!Options.Background)
        {
            _callers.GuardForCaller(() => RunAll(IngestOnce));
        }
    }

    // A run of records that was begun has to have room, and without threads nobody makes it meanwhile.
    private bool IngestOnce()
    {
        if (_parts.Writes.Frozen.IsFull)
        {
            Work.Flushing.DoAll();
        }

        return _parts.Ingest.Loop.RunOnce();
    }

    private static void RunAll(Func<bool> work)
    {
        while (work())
        {
        }
    }
}
