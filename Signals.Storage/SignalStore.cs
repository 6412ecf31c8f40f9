using Signals.Core.Definitions;
using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Core.Serving;
using Signals.Core.Tenancy;
using Signals.Storage.Engine;
using Signals.Storage.FileSystem;
using Signals.Storage.Indexing;
using Signals.Storage.Maintenance;
using Signals.Storage.Reads;
using Signals.Storage.Segments;
using Signals.Storage.Serving;
using Signals.Storage.Versions;

namespace Signals.Storage;

/// <summary>
/// A store of users' events: append from any thread, read ordered sequences at once, keep everything across crashes as
/// the durability mode promises.
/// </summary>
/// <remarks>
/// Thread contract: every member may be called from any thread at any time. One process per folder; any number of stores
/// per process. After an I/O error the store refuses writes with <see cref="StorePoisonedException"/> until it is
/// reopened; reads go on. Lifetime: dispose it, best with <c>await using</c>; until then it holds the folder's lock.
/// </remarks>
public sealed class SignalStore : IAsyncDisposable, IDisposable
{
    private readonly SequenceQuery _newestOfEach;
    private readonly IndexingEnrichment? _enrichment;

    private SignalStore(StoreEngine engine, IndexingEnrichment? enrichment)
    {
        Engine = engine;
        _enrichment = enrichment;
        Tenants = new TenantRegistry(engine.Time);
        Definitions = new StoreDefinitions(engine.Schema, engine.Reader, Tenants, engine.Time);
        _newestOfEach = Query([.. engine.Schema.EventTypes.Select(type => type.Name)]).Last(1).Columns().Build();
    }

    /// <summary>The schema in force: what the folder holds, joined with what was declared at open.</summary>
    public StoreSchema Schema => Engine.Schema;

    /// <summary>What the store failed with; null while it works. A store that failed refuses writes until it is reopened, and reads go on.</summary>
    public Exception? FirstError => Engine.FailStop.Error;

    /// <summary>The sequence definitions that <see cref="Read(UserId, string, ReadOptions)"/> serves by name.</summary>
    public StoreDefinitions Definitions { get; }

    /// <summary>
    /// Owners of definitions whose reads are bounded. Reads of a definition whose owner is not registered here have no bound; a read of a query
    /// has none, either.
    /// </summary>
    public TenantRegistry Tenants { get; }

    internal StoreEngine Engine { get; }

    /// <summary>Opens the store in a folder, or makes one there.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="schema">The event types that the program knows; new ones and new columns are added to the store.</param>
    /// <param name="options">Settings, or null for the defaults.</param>
    /// <exception cref="StoreLockedException">Another process, or this one, has the store open.</exception>
    /// <exception cref="SchemaMismatchException">The declared schema contradicts the stored one.</exception>
    /// <exception cref="CorruptionException">
    /// A file is damaged or missing; it is named with the offset. Tables' indexes and all logs are read before the store is changed, but
    /// for the manifest, which is continued in a fresh file with the same content. No acknowledged event is lost or hidden by the attempt.
    /// </exception>
    public static SignalStore Open(string path, StoreSchema schema, StoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new StoreOptions();
        return Open(FileSystems.ForThisMachine(), path, schema, options.Validate(), options.TimeProvider, options.Enrichment);
    }

    /// <summary>The schema that a folder's store holds, without opening the store; nothing is changed, and another process may have it open.</summary>
    /// <param name="path">The store's folder.</param>
    /// <exception cref="DirectoryNotFoundException">The folder holds no store.</exception>
    /// <exception cref="CorruptionException">The manifest is damaged or missing.</exception>
    public static StoreSchema ReadSchema(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        IFileSystem files = FileSystems.ForThisMachine();
        return files.DirectoryExists(path) && Manifest.Exists(files, path)
            ? SchemaSerializer.Read(Manifest.Read(files, path).Schema)
            : throw new DirectoryNotFoundException($"'{path}' holds no store: there is no {StoreFiles.Current} in it.");
    }

    /// <summary>
    /// Brings what is intact of a damaged store into a new folder, which then opens as a store, and lists what is lost. Of a damaged table
    /// the users come over whose rows can all be read; of damaged logs every intact frame, those behind the damage too. The damaged folder
    /// is only read; no store may have it open. The new one shares no file with it and appears when it is complete and durable.
    /// </summary>
    /// <param name="damaged">The folder of the damaged store.</param>
    /// <param name="target">A path at which nothing exists.</param>
    /// <param name="schema">The schema, needed when the manifest is lost; otherwise the stored one serves.</param>
    /// <param name="cancellationToken">Ends the work; nothing of the new folder is left then.</param>
    /// <exception cref="SignalsException">The manifest is lost and no schema was given, or the schemas contradict each other.</exception>
    /// <exception cref="FileOperationException">The target exists, or the disk refused to be written.</exception>
    public static SalvageReport Salvage(string damaged, string target, StoreSchema? schema = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(damaged);
        ArgumentException.ThrowIfNullOrEmpty(target);
        return StoreSalvage.Run(FileSystems.ForThisMachine(), damaged, target, schema, cancellationToken);
    }

    /// <summary>A new batch of events of one type; fill it, append it, clear it, fill it again.</summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public EventBatch CreateBatch(string eventType, int capacity = 256) => new(Schema[eventType], capacity);

    /// <summary>Appends a batch if the ring has room now. Wait for the acknowledgement with <see cref="WaitAsync"/>.</summary>
    /// <returns>False when the ring is full: the engine is behind; try again, or use a form that waits.</returns>
    /// <exception cref="EventRejectedException">The batch is too large, or an event's time lies too far ahead; nothing of it was appended.</exception>
    public bool TryAppend(EventBatch batch, out AppendTicket ticket)
    {
        Require(batch);
        return _enrichment is null ? Engine.Appender.TryAppend(batch, out ticket) : _enrichment.TryAppend(batch, out ticket);
    }

    /// <summary>Appends a batch, blocking while the ring is full. Wait for the acknowledgement with <see cref="WaitAsync"/>.</summary>
    /// <exception cref="EventRejectedException">As in <see cref="TryAppend"/>.</exception>
    public AppendTicket Append(EventBatch batch, CancellationToken cancellationToken = default)
    {
        Require(batch);
        return _enrichment is null ? Engine.Appender.Append(batch, cancellationToken) : _enrichment.Append(batch, cancellationToken);
    }

    /// <summary>
    /// Appends a batch and waits for what the durability mode promises; by then, but with
    /// <see cref="Durability.InMemory"/>, reads see it. Leave the batch alone until the task is complete.
    /// </summary>
    /// <param name="batch">At least one event.</param>
    /// <param name="cancellationToken">Ends the wait for room in the ring; what has entered the ring is not taken back.</param>
    /// <exception cref="EventRejectedException">As in <see cref="TryAppend"/>.</exception>
    /// <exception cref="StorePoisonedException">The store has failed; whether the batch survives is unknown.</exception>
    public ValueTask<AppendAck> AppendAsync(EventBatch batch, CancellationToken cancellationToken = default)
    {
        Require(batch);
        return _enrichment is null ? Engine.Appender.AppendAsync(batch, cancellationToken) : _enrichment.AppendAsync(batch, cancellationToken);
    }

    /// <summary>
    /// A group of events that a source sends with its position. Fill it, append it, clear it, fill it again. A source that fails and begins
    /// again at <see cref="GetResumePosition"/>, or anywhere before it, has each of its events once: those it sends again are the same events.
    /// </summary>
    /// <param name="source">The source's name: 1 to 256 bytes of UTF-8.</param>
    /// <param name="capacity">Events of each type that it holds before it grows.</param>
    public EventGroup CreateGroup(string source, int capacity = 256) => new(Schema, source, capacity);

    /// <summary>Appends a group, position included, if the ring has room now; otherwise as <see cref="TryAppend"/>.</summary>
    /// <exception cref="EventRejectedException">The group is too large, or an event's time lies too far ahead; nothing of it was appended.</exception>
    public bool TryAppendGroup(EventGroup group, out AppendTicket ticket)
    {
        Require(group);
        return _enrichment is null ? Engine.Appender.TryAppend(group, out ticket) : _enrichment.TryAppend(group, out ticket);
    }

    /// <summary>Appends a group, position included, blocking while the ring is full.</summary>
    /// <exception cref="EventRejectedException">As in <see cref="TryAppendGroup"/>.</exception>
    public AppendTicket AppendGroup(EventGroup group, CancellationToken cancellationToken = default)
    {
        Require(group);
        return _enrichment is null ? Engine.Appender.Append(group, cancellationToken) : _enrichment.Append(group, cancellationToken);
    }

    /// <summary>
    /// Appends a group, position included, as one record and waits for what the durability mode promises: a crash leaves all of it or nothing.
    /// Only with <see cref="Durability.InMemory"/> a crash may leave some of its events without the position, never the position without them.
    /// </summary>
    /// <param name="group">May be without events: then it moves the position.</param>
    /// <param name="cancellationToken">Ends the wait for room in the ring; what has entered the ring is not taken back.</param>
    /// <exception cref="EventRejectedException">As in <see cref="TryAppendGroup"/>.</exception>
    /// <exception cref="StorePoisonedException">The store has failed; whether the group survives is unknown.</exception>
    public ValueTask<AppendAck> AppendGroupAsync(EventGroup group, CancellationToken cancellationToken = default)
    {
        Require(group);
        return _enrichment is null ? Engine.Appender.AppendAsync(group, cancellationToken) : _enrichment.AppendAsync(group, cancellationToken);
    }

    /// <summary>Where a source goes on: the greatest position of its groups that reads see; null when it has sent none.</summary>
    public long? GetResumePosition(string source)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        return Engine.Sources.Of(source);
    }

    /// <summary>Where every source goes on, by name.</summary>
    public IReadOnlyList<SourcePosition> GetResumePositions() => Engine.Sources.All();

    /// <summary>Waits for the acknowledgement of an accepted append.</summary>
    public ValueTask<AppendAck> WaitAsync(AppendTicket ticket) => Engine.Appender.Acknowledge(ticket);

    /// <summary>
    /// Waits until reads see every event that was accepted before the call. With <see cref="Durability.InMemory"/> an acknowledgement does
    /// not say so; in the other modes it does, and this need not be called.
    /// </summary>
    /// <exception cref="StorePoisonedException">The store has failed; what was accepted may never be seen.</exception>
    public async Task WaitUntilVisibleAsync() => await Engine.WhenAppliedAsync().ConfigureAwait(false);

    /// <summary>
    /// Waits until no accepted event waits for its enrichment: until a moment when all are enriched, have failed, or were left to an offline
    /// job. Returns at once when the store enriches nothing.
    /// </summary>
    public Task WhenEnrichedAsync(CancellationToken cancellationToken = default) =>
        _enrichment?.WhenIdleAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>The counters of enrichment at indexing now; all zero when the store enriches nothing.</summary>
    public EnrichmentStats GetEnrichmentStats() => _enrichment?.GetStats() ?? new EnrichmentStats(0, 0, 0, 0, 0, 0, null);

    /// <summary>Begins a query over event types of this store.</summary>
    /// <exception cref="ArgumentException">No type is named, one twice, or one that the schema lacks.</exception>
    public SequenceQueryBuilder Query(params ReadOnlySpan<string> eventTypes) => new(Schema, eventTypes);

    /// <summary>Reads one user's sequence: synchronous, and without allocation when warm. Dispose the answer.</summary>
    /// <exception cref="CorruptionException">A block that the answer needs is damaged; there is no partial answer.</exception>
    public Sequence Read(UserId user, SequenceQuery query) => Engine.Reader.Read(user, query);

    /// <summary>
    /// Reads one user's sequence as the active version of a registered definition makes it: synchronous, and without allocation when warm, but
    /// for what the host's own code allocates. Dispose the answer; its status says what it is.
    /// </summary>
    /// <param name="user">Whose sequence.</param>
    /// <param name="definition">The name that the definition is registered under.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="TenantRefusedException">The definition's owner is one of <see cref="Tenants"/>, and may not read now.</exception>
    /// <exception cref="CorruptionException">As in <see cref="Read(UserId, SequenceQuery)"/>.</exception>
    public ServedSequence Read(UserId user, string definition) => Definitions.Read(user, definition, [], default);

    /// <summary>As <see cref="Read(UserId, string)"/>, with a deadline or a trace of its own.</summary>
    /// <param name="user">Whose sequence.</param>
    /// <param name="definition">The name that the definition is registered under.</param>
    /// <param name="options">A deadline, a trace.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="TenantRefusedException">The definition's owner is one of <see cref="Tenants"/>, and may not read now.</exception>
    /// <exception cref="CorruptionException">As in <see cref="Read(UserId, SequenceQuery)"/>.</exception>
    public ServedSequence Read(UserId user, string definition, ReadOptions options) => Definitions.Read(user, definition, [], options);

    /// <summary>
    /// As <see cref="Read(UserId, string)"/>, with this request's values of the definition's parameters. The first read with certain values
    /// compiles the definition with them; the next ones find it, as long as it is kept, and allocate nothing.
    /// </summary>
    /// <param name="user">Whose sequence.</param>
    /// <param name="definition">The name that the definition is registered under.</param>
    /// <param name="overrides">Values of parameters, within their bounds; the other parameters have their defaults.</param>
    /// <param name="options">A deadline, a trace.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="TenantRefusedException">The definition's owner is one of <see cref="Tenants"/>, and may not read now.</exception>
    /// <exception cref="DefinitionException">A parameter is unknown, or its value is out of bounds or does not fit the others or the store.</exception>
    /// <exception cref="CorruptionException">As in <see cref="Read(UserId, SequenceQuery)"/>.</exception>
    public ServedSequence Read(UserId user, string definition, ReadOnlySpan<ParameterOverride> overrides, ReadOptions options = default) =>
        Definitions.Read(user, definition, overrides, options);

    /// <summary>
    /// Reads the sequences of several users into tensors, straight into memory of the caller; <paramref name="destination"/> says what each
    /// user's answer is. All users get the same version of the definition.
    /// </summary>
    /// <param name="users">Whose sequences; user i fills place i.</param>
    /// <param name="definition">The name that the definition is registered under.</param>
    /// <param name="destination">Where the tensors go.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="TenantRefusedException">The definition's owner is one of <see cref="Tenants"/>, and may not read now.</exception>
    /// <exception cref="ArgumentException">The definition describes no tensors, or what is bound does not fit them; nothing is written.</exception>
    /// <exception cref="CorruptionException">As in <see cref="Read(UserId, SequenceQuery)"/>.</exception>
    public void ReadTensors(ReadOnlySpan<UserId> users, string definition, TensorSet destination) =>
        Definitions.ReadTensors(users, definition, destination, [], default);

    /// <summary>As <see cref="ReadTensors(ReadOnlySpan{UserId}, string, TensorSet)"/>, with a deadline or a trace of its own.</summary>
    /// <param name="users">Whose sequences; user i fills place i.</param>
    /// <param name="definition">The name that the definition is registered under.</param>
    /// <param name="destination">Where the tensors go.</param>
    /// <param name="options">A deadline, for all users together; a trace.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="TenantRefusedException">The definition's owner is one of <see cref="Tenants"/>, and may not read now.</exception>
    /// <exception cref="ArgumentException">The definition describes no tensors, or what is bound does not fit them; nothing is written.</exception>
    /// <exception cref="CorruptionException">As in <see cref="Read(UserId, SequenceQuery)"/>.</exception>
    public void ReadTensors(ReadOnlySpan<UserId> users, string definition, TensorSet destination, ReadOptions options) =>
        Definitions.ReadTensors(users, definition, destination, [], options);

    /// <summary>
    /// As <see cref="ReadTensors(ReadOnlySpan{UserId}, string, TensorSet)"/>, with this request's values of the definition's parameters, as in
    /// <see cref="Read(UserId, string, ReadOnlySpan{ParameterOverride}, ReadOptions)"/>. A padded tensor has the size that they make.
    /// </summary>
    /// <param name="users">Whose sequences; user i fills place i.</param>
    /// <param name="definition">The name that the definition is registered under.</param>
    /// <param name="destination">Where the tensors go.</param>
    /// <param name="overrides">Values of parameters, within their bounds; the other parameters have their defaults.</param>
    /// <param name="options">A deadline, for all users together; a trace.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="TenantRefusedException">The definition's owner is one of <see cref="Tenants"/>, and may not read now.</exception>
    /// <exception cref="DefinitionException">A parameter is unknown, or its value is out of bounds or does not fit the others or the store.</exception>
    /// <exception cref="ArgumentException">The definition describes no tensors, or what is bound does not fit them; nothing is written.</exception>
    /// <exception cref="CorruptionException">As in <see cref="Read(UserId, SequenceQuery)"/>.</exception>
    public void ReadTensors(
        ReadOnlySpan<UserId> users, string definition, TensorSet destination, ReadOnlySpan<ParameterOverride> overrides, ReadOptions options = default) =>
        Definitions.ReadTensors(users, definition, destination, overrides, options);

    /// <summary>
    /// Reads the sequences of several users into one jagged answer. Each holds what was acknowledged before the call; the last ones may
    /// hold events that arrived during it. Dispose the answer.
    /// </summary>
    /// <exception cref="CorruptionException">As in <see cref="Read(UserId, SequenceQuery)"/>.</exception>
    public SequenceBatch ReadMany(ReadOnlySpan<UserId> users, SequenceQuery query) => Engine.Reader.ReadMany(users, query);

    /// <summary>
    /// Erases a user: every event up to now, or up to the user's newest event if that is later. Hidden once the task is
    /// complete, for good: an event of before the erasure that arrives later stays hidden. Gone from the files after
    /// <see cref="CompactAsync"/>, or after the background compaction came by; bytes in an imported segment go with its file, which stays
    /// until every part of it was merged.
    /// </summary>
    /// <exception cref="StorePoisonedException">The store has failed; whether the erasure survives is unknown.</exception>
    public ValueTask<AppendAck> EraseAsync(UserId user, CancellationToken cancellationToken = default)
    {
        // What was accepted before the erasure is part of it, so it has to be visible before the newest event is asked for.
        ValueTask<AppendAck> applied = Engine.WhenAppliedAsync();
        if (!applied.IsCompletedSuccessfully)
        {
            return EraseWhenAppliedAsync(applied, user, cancellationToken);
        }

        _ = applied.Result;
        return EraseVisibleAsync(user, cancellationToken);
    }

    /// <summary>
    /// Takes in a segment, made by a <see cref="SegmentWriter"/> of any process: checks a private copy of it in full, then makes all its
    /// rows durable and visible in one step. Reads and appends go on meanwhile. The same content again changes nothing.
    /// </summary>
    /// <param name="path">The file: a regular one, not a symbolic link.</param>
    /// <param name="options">Copy or move, progress; null for the defaults.</param>
    /// <param name="cancellationToken">Gives the import up, as long as it has not come to <see cref="ImportStage.Publishing"/>.</param>
    /// <exception cref="CorruptionException">The file is no segment, or damaged; it is named with the offset.</exception>
    /// <exception cref="SchemaMismatchException">The store lacks the event type or a column, or has it in another form.</exception>
    /// <exception cref="EventRejectedException">An event's time lies too far ahead.</exception>
    /// <exception cref="IOException">The file cannot be read, is not a regular file, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="StorePoisonedException">The store has failed.</exception>
    /// <remarks>After any of these errors the store is as it was, nothing is left behind, and the file is where it was.</remarks>
    public Task<ImportResult> ImportAsync(string path, ImportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Engine.ImportAsync(path, options ?? new ImportOptions(), cancellationToken);
    }

    /// <summary>
    /// Records durably that every event of a type from before a time has arrived. It is given with every answer; an earlier time than
    /// was declared before changes nothing.
    /// </summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    /// <exception cref="StorePoisonedException">The store has failed.</exception>
    public void DeclareComplete(string eventType, DateTimeOffset upTo) =>
        Engine.DeclareComplete(Schema[eventType], upTo.ToUnixTimeMilliseconds());

    /// <summary>What was declared and corrected of an event type's history so far.</summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public Completeness GetCompleteness(string eventType) => Engine.Registry.Of(Schema[eventType].Id);

    /// <summary>Erases a user as <see cref="EraseAsync"/> does, and tells where the events were and when each place was cleaned.</summary>
    /// <returns>A certificate that follows the cleaning until it is complete, or until the store is closed.</returns>
    /// <exception cref="StorePoisonedException">The store has failed; whether the erasure survives is unknown.</exception>
    public async Task<ErasureCertificate> EraseCertifiedAsync(UserId user, CancellationToken cancellationToken = default)
    {
        await EraseAsync(user, cancellationToken).ConfigureAwait(false);
        return Engine.Certify(user);
    }

    /// <summary>Puts everything accepted so far into tables.</summary>
    public Task FlushAsync() => Engine.FlushAsync();

    /// <summary>
    /// Flushes, then merges the tables of each time window into one. What was erased or had expired before the call is then in no table
    /// and no log, and nothing is left that last-N puts out of reach. Events that arrive meanwhile go to tables of their own.
    /// </summary>
    public Task CompactAsync() => Engine.CompactAsync();

    /// <summary>The newest event time of a type that reads see; null when there is no event.</summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public DateTimeOffset? GetWatermark(string eventType)
    {
        long newest = Engine.Watermarks.Of(Schema[eventType].Id);
        return newest == long.MinValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(newest);
    }

    /// <summary>
    /// Every user with events of a type, in order; users whose events are all hidden may be among them. For jobs that go through a whole
    /// store: it takes 16 bytes of memory per user.
    /// </summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public IReadOnlyList<UserId> GetUsers(string eventType) => Engine.Reader.UsersOf(Schema[eventType], long.MinValue, long.MaxValue);

    /// <summary>The tables now, newest window first within each event type.</summary>
    public IReadOnlyList<TableInfo> GetTables() =>
    [
        .. Engine.Tables.Tables.Select(table => table.Meta)
            .OrderBy(meta => meta.EventType).ThenByDescending(meta => meta.WindowStart).ThenBy(meta => meta.Number)
            .Select(meta => TableInfo.Of(meta, Schema)),
    ];

    /// <summary>
    /// Copies the store to a new folder while traffic flows. The folder is a store of its own: open it, on this machine or another, or
    /// copy it back. In it is every event acknowledged before the call, and of what was appended later a beginning, in order; with
    /// <see cref="Durability.InMemory"/> every event accepted before the call, and of later ones any. It is durable and complete when its
    /// name appears.
    /// </summary>
    /// <remarks>
    /// Tables and full logs become hard links where the folder is on the same file system, and synced copies elsewhere; the log that is
    /// being written, at most <see cref="StoreOptions.LogBytes"/>, is copied. Links keep the space of files that the store has replaced
    /// since: delete a checkpoint that nobody needs. Erasures after the call do not reach it.
    /// </remarks>
    /// <param name="directory">A path at which nothing exists; missing parents are made.</param>
    /// <param name="cancellationToken">Ends the work; nothing of the folder is left then.</param>
    /// <exception cref="FileOperationException">The folder exists, or the disk refused. The store is not affected.</exception>
    /// <exception cref="CorruptionException">The log that is being written is damaged.</exception>
    public Task<CheckpointInfo> CheckpointAsync(string directory, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return Engine.CheckpointAsync(directory, cancellationToken);
    }

    /// <summary>
    /// Reads every byte of every file of the store as it is now, and checks it: each checksum; the order, counts and windows of rows; that
    /// no table holds an event twice; that footers, manifest and memory say the same; and each frame and record of the logs, up to what
    /// was written at the call. Traffic flows on, and nothing of it is held back but version edits while the manifest is read.
    /// </summary>
    /// <param name="progress">Told after each file, on the thread that verifies.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What was looked at and what is wrong. Damage is reported, not thrown, and does not stop the store.</returns>
    public VerifyReport Verify(IProgress<VerifyProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Engine.Verify(progress, cancellationToken);

    /// <inheritdoc cref="Verify"/>
    public Task<VerifyReport> VerifyAsync(IProgress<VerifyProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Engine.VerifyAsync(progress, cancellationToken);

    /// <summary>The counters now.</summary>
    public StoreStats GetStats() => new(Engine.GetCounters());

    /// <summary>
    /// Which corrections and enrichments of imported segments have no event: those that compaction tried and that wait, and those that
    /// were dropped after <see cref="StoreOptions.OrphanGrace"/> since the store was opened.
    /// </summary>
    public OrphanReport GetOrphanReport() => OrphanReport.Of(Schema, Engine.GetOrphans());

    /// <summary>
    /// Finishes the enrichments that wait, within their drain timeout; refuses new writes, finishes those accepted, makes them durable
    /// (with <see cref="Durability.InMemory"/> by flushing them), and closes the files. A second call does nothing.
    /// </summary>
    public void Dispose()
    {
        _enrichment?.Dispose();
        Engine.Close();
    }

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync() => await Task.Run(Dispose).ConfigureAwait(false);

    internal static SignalStore Open(
        IFileSystem files, string path, StoreSchema schema, EngineOptions options, TimeProvider time, EnrichmentOptions? enrichment = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        StoreEngine engine = StoreEngine.Open(files, path, schema, options, time);
        try
        {
            return new SignalStore(
                engine, enrichment is null ? null : new IndexingEnrichment(engine.Schema, engine.Appender, enrichment, options.MaxBatchBytes, time));
        }
        catch
        {
            engine.Close();
            throw;
        }
    }

    private async ValueTask<AppendAck> EraseWhenAppliedAsync(ValueTask<AppendAck> applied, UserId user, CancellationToken cancellationToken)
    {
        await applied.ConfigureAwait(false);
        return await EraseVisibleAsync(user, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<AppendAck> EraseVisibleAsync(UserId user, CancellationToken cancellationToken)
    {
        long newest = Engine.Reader.NewestTimeOf(user, _newestOfEach);
        long now = Engine.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return Engine.Appender.EraseAsync(user, Math.Max(now, newest), cancellationToken);
    }

    private void Require(EventGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (!ReferenceEquals(group.Schema, Schema))
        {
            throw new ArgumentException($"The group of source '{group.Source}' was not made for this store; make it with CreateGroup.", nameof(group));
        }
    }

    private void Require(EventBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        EventTypeSchema type = batch.EventType;
        if (type.Id >= Schema.EventTypes.Count || !ReferenceEquals(type, Schema.EventTypes[type.Id]))
        {
            throw new ArgumentException($"The batch of '{type.Name}' was not made for this store; make it with CreateBatch.", nameof(batch));
        }
    }
}
