using Signals.Core.Model;
using Signals.Definitions;
using Signals.Maintenance;
using Signals.Scanning;
using Signals.Storage.DefinitionFiles;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Following;
using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Storage.Primitives;
using Signals.Storage.Scanning;
using Signals.Storage.Telemetry;
using Signals.Storage.Versions;

namespace Signals;

/// <summary>
/// A read-only store: one that another process may have open and write at the same time, or one on a file system that may only be read.
/// It takes no lock, and changes nothing in the folder. It shows the store as it was at the last refresh: every read equals a state that
/// the writer had, and a later refresh never shows an earlier one.
/// </summary>
/// <remarks>
/// Thread contract: any thread. A read waits while a refresh shows what it has read, and for nothing else. Lifetime: from
/// <see cref="SignalStore.OpenReadOnly"/> until you dispose it. Until then it keeps a handle of each table of the store, so the disk
/// space of tables that the writer deletes is free after the next refresh.
/// </remarks>
public sealed class ReadOnlyStore : IDisposable
{
    private const int MostOpenings = 10;

    private readonly OwnedResources _owned = new();
    private readonly StoreContext _context;
    private readonly IFileSystem _files;
    private readonly FollowedState _state;
    private readonly ITimer? _timer;
    private int _isRefreshing;
    private int _disposed;
    private Exception? _refreshError;

    private ReadOnlyStore(IFileSystem files, string path, ManifestLook look, EngineOptions options, ReadOnlyOptions given)
    {
        _files = files;
        StoreFolder folder = new(new ReadOnlyFileSystem(files), path);
        StoreSchema schema = look.State.ReadSchema();
        MemTableFit.Require(schema, options);
        try
        {
            _context = new StoreContext
            {
                Folder = folder,
                TableFolder = folder, // without the pool, which closes files and opens them again by name
                Schema = schema,
                Options = options,
                Numbers = new FileNumbers(look.State.NextFileNumber),
                Telemetry = _owned.Add(new StoreTelemetry(
                    options.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), observer: null, given.TimeProvider)),
                FailStop = new FailStop(),
                Time = given.TimeProvider,
            };
            _state = _owned.Add(new FollowedState(_context, look));
        }
        catch
        {
            _owned.Dispose();
            throw;
        }

        _timer = given.RefreshInterval is { } interval
            ? given.TimeProvider.CreateTimer(_ => RefreshInBackground(), state: null, interval, interval)
            : null;
    }

    /// <summary>The store's schema as of the opening.</summary>
    public StoreSchema Schema => _context.Schema;

    /// <summary>The store's folder, as an absolute path.</summary>
    public string Folder => _context.Folder.Path;

    /// <summary>
    /// Stream position after the last record that it shows. An append is shown if the position of its acknowledgement
    /// (<see cref="AppendAck.Position"/>) is not greater.
    /// </summary>
    public long Position => _state.Position.Value;

    /// <summary>TEST_ONLY: how many memtables hold what came from the log.</summary>
    internal int MemTables => _state.MemTables;

    /// <summary>When the last refresh ended.</summary>
    public DateTimeOffset RefreshedAt => DateTimeOffset.FromUnixTimeMilliseconds(_state.RefreshedMs);

    /// <summary>
    /// Why the last refresh at the <see cref="ReadOnlyOptions.RefreshInterval"/> failed; null when it succeeded. What is shown stays, and
    /// the next one tries again.
    /// </summary>
    public Exception? RefreshError => Volatile.Read(ref _refreshError);

    /// <summary>
    /// Shows what the writer has written since the last refresh. What was acknowledged before the call is shown after it, except with
    /// <see cref="Durability.InMemory"/>, where a flush has to come first.
    /// </summary>
    /// <returns>Whether there was anything new.</returns>
    /// <exception cref="CorruptionException">A file is damaged or missing. What is shown stays as it was.</exception>
    /// <exception cref="SchemaMismatchException">
    /// The writer has another schema by now. What is shown stays as it was; open it again.
    /// </exception>
    /// <exception cref="SignalsException">
    /// The folder holds another store or another history by now, or cannot be read; or a batch needs a larger
    /// <see cref="ReadOnlyOptions.MemTableBytes"/>. What is shown stays as it was. If a read of the disk fails while the refresh is being
    /// shown, every later read throws.
    /// </exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    public bool Refresh() => Live.Refresh();

    /// <summary>
    /// Looks how far the writer is by now. It reads what the writer has logged since the last refresh, and shows none of it.
    /// </summary>
    /// <exception cref="CorruptionException">A file is damaged or missing.</exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    public ReadOnlyLag MeasureLag()
    {
        long position = Position;
        DateTimeOffset refreshed = RefreshedAt;
        long written = Live.WrittenPosition().Value;
        return new ReadOnlyLag
        {
            Position = position,
            WrittenPosition = Math.Max(position, written),
            RefreshedAt = refreshed,
            Age = TimeSpan.FromMilliseconds(Math.Max(0, _context.NowMs - refreshed.ToUnixTimeMilliseconds())),
            HasLog = !_state.IsWithoutLog,
            Writer = LockHolder.Find(_files, _context.Folder.Lock),
        };
    }

    /// <summary>Begins a query over event types of this store.</summary>
    /// <exception cref="ArgumentException">No type is named, a type is named twice, or the schema lacks one.</exception>
    public SequenceQueryBuilder Query(params ReadOnlySpan<string> eventTypes) => new(Schema, eventTypes);

    /// <summary>Reads one user's sequence. Dispose the answer.</summary>
    /// <exception cref="CorruptionException">A block that the answer needs is damaged; there is no partial answer.</exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    public Sequence Read(UserId user, SequenceQuery query)
    {
        FollowedState state = Live;
        using (state.Enter())
        {
            return state.Reader.Read(user, query);
        }
    }

    /// <summary>Reads the sequences of several users, all of the same state, into one jagged answer. Dispose the answer.</summary>
    /// <exception cref="CorruptionException">As in <see cref="Read"/>.</exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    public SequenceBatch ReadMany(ReadOnlySpan<UserId> users, SequenceQuery query)
    {
        FollowedState state = Live;
        using (state.Enter())
        {
            return state.Reader.ReadMany(users, query);
        }
    }

    /// <summary>
    /// Begins to go through all events of a type, as columns in batches; see <see cref="SignalStore.Scan"/>. The scan shows one state,
    /// however often the store is refreshed meanwhile. Dispose it; it ends with this object at the latest.
    /// </summary>
    /// <param name="eventType">The name of the event type.</param>
    /// <param name="options">Columns, times, users, order; null for everything, newest first.</param>
    /// <exception cref="ArgumentException">The schema lacks the type or a column, or the options contradict each other.</exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    public EventScan Scan(string eventType, ScanOptions? options = null)
    {
        ScanPlan plan = ScanPlan.Create(Schema, eventType, options);
        return ScanOpening.Open(plan, Live.Pin(plan.EventType));
    }

    /// <summary>The same as several scans of one state, each with other users; see <see cref="SignalStore.SplitScan"/>.</summary>
    /// <param name="eventType">The name of the event type.</param>
    /// <param name="options">Columns, times, users, order; null for everything, newest first.</param>
    /// <param name="parts">How many scans to make, from 1 to 4,096.</param>
    /// <exception cref="ArgumentException">The schema lacks the type or a column, or the options contradict each other.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of parts is not from 1 to 4,096.</exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    public IReadOnlyList<EventScan> SplitScan(string eventType, ScanOptions? options, int parts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts, ScanParts.MostParts);
        ScanPlan plan = ScanPlan.Create(Schema, eventType, options);
        return ScanOpening.OpenParts(plan, Live.Pin(plan.EventType), parts);
    }

    /// <summary>Every user with events of a type, in order; see <see cref="SignalStore.GetUsers"/>.</summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    public IReadOnlyList<UserId> GetUsers(string eventType)
    {
        FollowedState state = Live;
        using (state.Enter())
        {
            return state.Reader.UsersOf(Schema[eventType], long.MinValue, long.MaxValue);
        }
    }

    /// <summary>The newest event time of a type; null when there is no event.</summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public DateTimeOffset? GetWatermark(string eventType)
    {
        long newest = Live.Watermarks.Newest(Schema[eventType].Id);
        return newest == long.MinValue
            ? null
            : DateTimeOffset.FromUnixTimeMilliseconds(
                Math.Clamp(newest, EventTimeRange.Widest.EarliestMs, EventTimeRange.Widest.LatestMs));
    }

    /// <summary>The tables, by event type, newest window first.</summary>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    public IReadOnlyList<TableInfo> GetTables() =>
    [
        .. Live.GetTables()
            .OrderBy(meta => meta.EventType).ThenByDescending(meta => meta.WindowStart).ThenBy(meta => meta.Number)
            .Select(meta => TableInfo.Describe(meta, Schema)),
    ];

    /// <summary>The position at which each source goes on, ordered by name.</summary>
    public IReadOnlyList<SourcePosition> GetResumePositions() => _state.Sources.All();

    /// <summary>
    /// The definitions that are stored with the store, as they are on the disk at the call: by name, the versions in the order of their
    /// registration, then those that only receipts need, then the shadow.
    /// </summary>
    /// <exception cref="CorruptionException">The file of stored definitions is damaged. Everything else can be read.</exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    public IReadOnlyList<StoredDefinitionVersion> GetDefinitions()
    {
        _ = Live;
        return DefinitionFile.TryRead(_context.Folder) is { } stored ? StoredListing.Describe(stored.Names) : [];
    }

    /// <summary>What it holds, in numbers.</summary>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    public ReadOnlyStats GetStats() => Live.GetStats();

    /// <summary>
    /// Reads every byte of every file that the store consists of at the call, and checks it, as <see cref="SignalStore.Verify"/> does.
    /// Files that the writer deletes meanwhile are read to their end.
    /// </summary>
    /// <param name="progress">Is called after each file, on the thread that verifies.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What was checked and what is wrong. Damage is reported, not thrown.</returns>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    public Task<VerifyReport> VerifyAsync(IProgress<VerifyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        _ = Live;
        return Task.Run(() => FollowedVerification.Run(_context.Folder, progress, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Copies the store as it is on the disk at the call to a new folder, as <see cref="SignalStore.CheckpointAsync"/> does. The copy
    /// holds what was acknowledged before the call, except with <see cref="Durability.InMemory"/>, where it holds what was flushed. The
    /// writer knows nothing of it, so its certificates of erasure do not name the copy.
    /// </summary>
    /// <param name="directory">A path at which nothing exists, outside of the store's folder; missing parent folders are created.</param>
    /// <param name="cancellationToken">Ends the work; the new folder is then removed.</param>
    /// <exception cref="FileOperationException">
    /// The folder exists or lies in that of the store, or the disk refused a write. The store is not affected.
    /// </exception>
    /// <exception cref="CorruptionException">A file of the store is damaged or missing.</exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    public Task<CheckpointInfo> CheckpointAsync(string directory, CancellationToken cancellationToken = default)
    {
        _ = Live;
        string target = FileSystems.Absolute(directory);
        if (_context.Folder.IsInside(target))
        {
            throw new FileOperationException(
                "create", target, "it lies in the store's folder, where nothing is changed; choose another place");
        }

        return Task.Run(
            () =>
            {
                using HeldState held = HeldState.Take(_files, Folder);
                return new CheckpointWriter(held.Folder, target).Write(held.ToCheckpoint(), cancellationToken);
            },
            cancellationToken);
    }

    private FollowedState Live
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
            return _state;
        }
    }

    /// <summary>Closes the files. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _timer?.Dispose();
            _owned.Dispose();
        }
    }

    internal static ReadOnlyStore Open(IFileSystem files, string path, ReadOnlyOptions options)
    {
        EngineOptions engine = options.Validate();
        return Open(files, path, engine, options);
    }

    internal static ReadOnlyStore Open(IFileSystem files, string path, EngineOptions engine, ReadOnlyOptions options)
    {
        StoreFolder folder = new(new ReadOnlyFileSystem(files), path);
        if (!folder.Exists || !Manifest.Exists(folder))
        {
            throw new DirectoryNotFoundException($"'{path}' holds no store: there is no {StoreFiles.Current} in it.");
        }

        for (int tries = 1; ; tries++)
        {
            ManifestLook look = StableLook.Take(() => ManifestLook.Read(folder, before: null), static look => (true, look));
            try
            {
                return new ReadOnlyStore(files, path, look, engine, options);
            }
            catch (SchemaMismatchException) when (tries < MostOpenings)
            {
                // The writer was opened with another schema between this look and the first refresh.
            }
        }
    }

    // A refresh that takes longer than the interval is not begun twice.
    private void RefreshInBackground()
    {
        if (Interlocked.Exchange(ref _isRefreshing, 1) != 0)
        {
            return;
        }

        try
        {
            _state.Refresh();
            Volatile.Write(ref _refreshError, null);
        }
        catch (ObjectDisposedException) when (Volatile.Read(ref _disposed) != 0)
        {
            // The store was closed while the timer ran out.
        }
        catch (Exception error)
        {
            Volatile.Write(ref _refreshError, error);
        }
        finally
        {
            Volatile.Write(ref _isRefreshing, 0);
        }
    }
}
