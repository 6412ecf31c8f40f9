using Signals.Core.Placement;
using Signals.Enrichment;
using Signals.Maintenance;
using Signals.Offline;
using Signals.Serving;
using Signals.Storage.DefinitionFiles;
using Signals.Storage.DefinitionServing;
using Signals.Storage.Engine;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Storage.Indexing;
using Signals.Storage.Maintenance;
using Signals.Storage.Primitives;
using Signals.Storage.Telemetry;
using Signals.Storage.Versions;

namespace Signals;

/// <summary>
/// A store of users' events. Append from any thread, read ordered sequences at once, and keep everything across crashes as the
/// durability mode promises.
/// </summary>
/// <remarks>
/// Thread contract: every member may be called from any thread at any time. A folder belongs to one process at a time; a process
/// may open any number of stores. After an I/O error on the log, the manifest or the list of kept versions the store refuses
/// writes with <see cref="StorePoisonedException"/> until it is reopened; reads go on. Lifetime: dispose the store, best with
/// <c>await using</c>; until then it holds the folder's lock.
/// </remarks>
public sealed partial class SignalStore : IAsyncDisposable, IDisposable
{
    private readonly SequenceQuery _newestOfEach;
    private readonly IndexingEnrichment? _enrichment;
    private readonly ShadowReads _shadows = new();
    private readonly DefinitionFileKeeper _definitions;
    private readonly OneClosing _closing = new();

    private SignalStore(
        StoreEngine engine, DefinitionFileKeeper definitions, IndexingEnrichment? enrichment, EnrichmentOptions? options,
        EnricherGauges gauges)
    {
        Engine = engine;
        _enrichment = enrichment;
        Tenants = new TenantRegistry(engine.Time);
        TenantInstruments.Register(engine.Telemetry.Meter, Tenants);
        _definitions = definitions;
        Definitions = new StoreDefinitions(engine, Tenants, _shadows, gauges, _definitions);
        Placements = new StorePlacements(Definitions, enrichment, options ?? new EnrichmentOptions(), gauges, engine.Time);
        _newestOfEach = SequenceQueryBuilder.OfAll(engine.Schema).Last(1).Columns().Build();
    }

    /// <summary>The schema in force: the stored schema, joined with the one that was declared at open.</summary>
    public StoreSchema Schema => Engine.Schema;

    /// <summary>The store's folder, as an absolute path.</summary>
    public string Folder => Engine.Folder;

    /// <summary>
    /// The error with which the store failed; null while it works. A store that failed refuses writes until it is reopened, and
    /// reads go on.
    /// </summary>
    public Exception? FirstError => Engine.FailStop.Error;

    /// <summary>
    /// The last error of a flush, a compaction or a deletion; null while all of them succeed. Such an error does not fail the
    /// store: it tries again by itself and nothing is lost. Ingest waits only when all memtables are full.
    /// </summary>
    public Exception? WorkError => Engine.WorkError;

    /// <summary>The sequence definitions that <see cref="Read(UserId, string, ReadOptions)"/> serves by name.</summary>
    public StoreDefinitions Definitions { get; }

    /// <summary>
    /// The owners of definitions whose reads are limited. Reads of a definition whose owner is not registered here have no limit.
    /// Reads by query have none, either.
    /// </summary>
    public TenantRegistry Tenants { get; }

    /// <summary>Where each enrichment of new events is computed, and why.</summary>
    public StorePlacements Placements { get; }

    internal StoreEngine Engine { get; }

    /// <summary>Opens the store in a folder, or creates one there.</summary>
    /// <param name="path">
    /// The folder. A relative path is resolved against the current directory at the time of the call, here and in every other
    /// method that takes a path.
    /// </param>
    /// <param name="schema">The event types that the program knows. New types and new columns are added to the store.</param>
    /// <param name="options">Settings, or null for the defaults.</param>
    /// <exception cref="StoreLockedException">This process or another one already has the store open.</exception>
    /// <exception cref="SchemaMismatchException">The declared schema contradicts the stored one.</exception>
    /// <exception cref="CorruptionException">
    /// A file is damaged or missing; the error names the file and the offset. The indexes of tables and all logs are read before
    /// anything in the store is changed, except the manifest, which is continued in a new file with the same content. The attempt
    /// loses or hides no acknowledged event.
    /// </exception>
    public static SignalStore Open(string path, StoreSchema schema, StoreOptions? options = null)
    {
        string folder = FileSystems.Absolute(path);
        options ??= new StoreOptions();
        return Open(FileSystems.ForThisMachine(), folder, schema, options.Validate(), options.TimeProvider, options.Enrichment);
    }

    /// <summary>
    /// Opens the store in a folder, or creates one there. While another process has it open, this waits for at most
    /// <see cref="StoreOptions.LockWait"/>: a new process of a service may start before the old one has closed the store. Once it has
    /// waited for a store it does not create one: a folder that is gone counts as locked, since the holder may be replacing it.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="schema">The event types that the program knows. New types and new columns are added to the store.</param>
    /// <param name="options">Settings, or null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait. A store that has begun to open is opened.</param>
    /// <exception cref="StoreLockedException">The store was open elsewhere all that time; the error names the holder.</exception>
    /// <exception cref="SchemaMismatchException">The declared schema contradicts the stored one.</exception>
    /// <exception cref="CorruptionException">
    /// A file is damaged or missing, as in <see cref="Open(string, StoreSchema, StoreOptions)"/>.
    /// </exception>
    public static Task<SignalStore> OpenAsync(
        string path, StoreSchema schema, StoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        string folder = FileSystems.Absolute(path);
        ArgumentNullException.ThrowIfNull(schema);
        options ??= new StoreOptions();
        options.Validate();
        StoreLockedException? waited = null;
        return LockWait.RunAsync(TryOpen, options.LockWait, options.TimeProvider, cancellationToken);

        // The holder may have moved the folder away for a moment, to put another in its place. A new store would be in the way.
        SignalStore TryOpen()
        {
            if (waited is not null && !FileSystems.ForThisMachine().DirectoryExists(folder))
            {
                throw waited;
            }

            try
            {
                return Open(folder, schema, options);
            }
            catch (StoreLockedException locked)
            {
                waited = locked;
                throw;
            }
        }
    }

    /// <summary>
    /// Opens the store in a folder to read it. Another process, or this one, may have the store open and write it; the folder and its files
    /// need not be writable. The read-only store takes no lock and changes nothing. It shows what was acknowledged before the call, and
    /// later what <see cref="ReadOnlyStore.Refresh"/> finds.
    /// </summary>
    /// <remarks>
    /// With <see cref="Durability.InMemory"/> the writer writes no log, so it shows what is flushed. What it shows may not be on the disk
    /// yet: a power cut can take from the store what the writer has not synced.
    /// </remarks>
    /// <param name="path">The store's folder, on a file system of this machine.</param>
    /// <param name="options">Settings, or null for the defaults.</param>
    /// <exception cref="DirectoryNotFoundException">The folder holds no store.</exception>
    /// <exception cref="CorruptionException">A file is damaged or missing; the error names the file and the offset.</exception>
    public static ReadOnlyStore OpenReadOnly(string path, ReadOnlyOptions? options = null) =>
        ReadOnlyStore.Open(FileSystems.ForThisMachine(), FileSystems.Absolute(path), options ?? new ReadOnlyOptions());

    /// <summary>
    /// The process that has the store in a folder open, as it wrote itself into the lock file: its number, its name, and the machine or
    /// container. Null when none has, or when the system does not tell. It touches no lock.
    /// </summary>
    /// <remarks>
    /// On Linux the system tells of processes in the same container and in containers below it; on Windows it does not tell which process
    /// it is; elsewhere it tells nothing.
    /// </remarks>
    /// <param name="path">The store's folder.</param>
    public static string? FindWriter(string path)
    {
        IFileSystem files = FileSystems.ForThisMachine();
        return LockHolder.Find(files, new StoreFolder(files, FileSystems.Absolute(path)).Lock);
    }

    /// <summary>
    /// Reads the schema of the store in a folder without opening the store. Nothing is changed, and another process may have the
    /// store open.
    /// </summary>
    /// <param name="path">The store's folder.</param>
    /// <exception cref="DirectoryNotFoundException">The folder holds no store.</exception>
    /// <exception cref="CorruptionException">The manifest is damaged or missing.</exception>
    public static StoreSchema ReadSchema(string path)
    {
        string folder = FileSystems.Absolute(path);
        StoreFolder store = new(FileSystems.ForThisMachine(), folder);
        return store.Exists && Manifest.Exists(store)
            ? Manifest.Read(store).ReadSchema()
            : throw new DirectoryNotFoundException($"'{folder}' holds no store: there is no {StoreFiles.Current} in it.");
    }

    /// <summary>
    /// Copies what is intact of a damaged store into a new folder, which then opens as a store, and lists what is lost. From a
    /// damaged table it takes the users whose rows can all be read. From damaged logs it takes every intact frame, including
    /// those behind the damage. The damaged folder is only read, and no store may have it open. The new folder shares no file
    /// with it and appears when it is complete and durable.
    /// </summary>
    /// <param name="damaged">The folder of the damaged store.</param>
    /// <param name="target">A path at which nothing exists.</param>
    /// <param name="schema">
    /// The schema, needed when the manifest is lost; otherwise the stored schema is used. When it is lost, this one must have all columns
    /// in the order in which the store got them, also those that were dropped: files know columns by their places alone.
    /// </param>
    /// <param name="cancellationToken">Ends the work; the new folder is then removed.</param>
    /// <exception cref="SignalsException">
    /// The manifest is lost and no schema was given, or the schemas contradict each other.
    /// </exception>
    /// <exception cref="FileOperationException">The target exists, or the disk refused a write.</exception>
    public static SalvageReport Salvage(
        string damaged, string target, StoreSchema? schema = null, CancellationToken cancellationToken = default)
    {
        return StoreSalvage.Run(
            FileSystems.ForThisMachine(), FileSystems.Absolute(damaged),
            FileSystems.Absolute(target), schema, cancellationToken);
    }

    /// <summary>The current counters.</summary>
    public StoreStats GetStats() => new(Engine.GetCounters());

    /// <summary>
    /// Corrections and enrichments of imported segments whose event the store does not have: those that compaction tried and that
    /// still wait, and those that were dropped after <see cref="StoreOptions.OrphanGrace"/> since the store was opened.
    /// </summary>
    public OrphanReport GetOrphanReport() => OrphanReport.Create(Schema, Engine.GetOrphans());

    /// <summary>
    /// Closes the store. It finishes the enrichments that wait, within their drain timeout, and refuses new writes. It then
    /// completes the accepted writes, makes them durable (with <see cref="Durability.InMemory"/> by flushing them), and closes
    /// the files. A second call does nothing and returns when the first one is done; the folder is free then. When the host's own
    /// code calls it while closing waits for that code, for example in an observer, it returns at once.
    /// </summary>
    public void Dispose() => _closing.Run(() =>
    {
        _shadows.Dispose();
        Placements.Stop();
        _enrichment?.Dispose();
        _definitions.Close();
        Engine.Close();
    });

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync() => await Task.Run(Dispose).ConfigureAwait(false);

    internal static SignalStore Open(
        IFileSystem files, string path, StoreSchema schema, EngineOptions options, TimeProvider time,
        EnrichmentOptions? enrichment = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        StoreEngine engine = StoreEngine.Open(files, path, schema, options, time);
        EnricherGauges gauges = new();
        IndexingEnrichment? indexing = null;
        try
        {
            // Before anything is started: a damaged file ends the opening here.
            DefinitionFileKeeper definitions = new(engine.Files, engine.FailStop, engine.History);
            indexing = enrichment is null
                ? null
                : new IndexingEnrichment(engine.Schema, engine.Appender, enrichment, gauges, time);
            SignalStore store = new(engine, definitions, indexing, enrichment, gauges);
            if (options.Background)
            {
                store.Placements.Start();
            }

            return store;
        }
        catch
        {
            indexing?.Dispose();
            engine.Close();
            throw;
        }
    }
}
