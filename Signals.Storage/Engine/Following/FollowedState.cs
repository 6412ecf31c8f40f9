using Signals.Core.Model;
using Signals.Maintenance;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Reading;
using Signals.Storage.Engine.Views;
using Signals.Storage.FileSystem;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Scanning;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Following;

/// <summary>
/// The state of a store that another process may be writing, as of the last refresh. It only reads; the order in which it does is in
/// <c>docs/decisions/0054-reading-beside-the-writer.md </c>.
/// </summary>
/// <remarks>
/// Thread contract: any thread. One refresh runs at a time. Reads take <see cref="Enter"/>; they wait only while a refresh that has read
/// and checked everything shows it. Invariant: what is shown is a state that the writer had, and a later one is never replaced by an
/// earlier one. Lifetime: the tables that are shown stay open until they leave the view or this is disposed.
/// </remarks>
internal sealed class FollowedState : IDisposable
{
    /// <summary>With more memtables than this that scans left less than half full, a refresh applies the logs anew.</summary>
    private const int MostSmallMemTables = 16;

    private readonly OwnedResources _owned = new();
    private readonly StoreContext _context;
    private readonly StoreContents _contents;
    private readonly FollowedTables _tables;
    private readonly FollowedRows _rows;
    private readonly AppliedErasures _erasures = new(watchedFlushes: 0);
    private readonly ImportedSegments _registry;
    private readonly SharedGate _gate = new();
    private readonly Lock _refreshing = new();
    private readonly FileIdentity? _folder; // before the first look; another one is another store
    private ManifestLook _look; // guarded by _refreshing
    private LogPlace _place; // guarded by _refreshing
    private bool _isFirst = true; // guarded by _refreshing
    private Exception? _failure; // volatile; written under _refreshing while the gate is closed: what is shown is not whole any more
    private long _position; // volatile
    private long _refreshedMs; // volatile
    private bool _disposed; // guarded by _refreshing

    /// <summary>Opens the tables; the first refresh shows them with what the logs hold.</summary>
    /// <param name="context">The store. Its file systems refuse changes, and the one of the tables keeps handles.</param>
    /// <param name="look">What the manifest says.</param>
    /// <exception cref="CorruptionException">A file is damaged or missing.</exception>
    public FollowedState(StoreContext context, ManifestLook look)
    {
        _context = context;
        _look = look;
        _folder = context.Folder.Files.IdentityOf(context.Folder.Path);
        try
        {
            _contents = _owned.Add(
                new StoreContents(context, [], context.Options.BlockCacheBytes, headBytes: 0, spareArenas: 0));
            _tables = _owned.Add(new FollowedTables(context.Folder, _contents));
            _rows = new FollowedRows(context, _contents, _erasures, Sources, _owned);
            _registry = new ImportedSegments(context.Schema, new ManifestState());
            Reader = new SequenceReader(
                context, _contents.View, _erasures.Set, _contents.Watermarks, _registry, heads: null, gate: null);
            Refresh();
        }
        catch
        {
            _owned.Dispose();
            throw;
        }
    }

    /// <summary>Answers reads; use it inside <see cref="Enter"/>.</summary>
    public SequenceReader Reader { get; }

    /// <summary>Where sources of events go on.</summary>
    public SourcePositions Sources { get; } = new();

    /// <summary>The newest event time of each event type.</summary>
    public WatermarkSet Watermarks => _contents.Watermarks;

    /// <summary>Stream position after the last record that is shown.</summary>
    public StreamPosition Position => new(Volatile.Read(ref _position));

    /// <summary>When the last refresh ended, ms since the epoch.</summary>
    public long RefreshedMs => Volatile.Read(ref _refreshedMs);

    /// <summary>Whether the writer keeps no log, as of the last refresh.</summary>
    public bool IsWithoutLog { get; private set; }

    /// <summary>TEST_ONLY: how many memtables are shown.</summary>
    public int MemTables => _contents.View.Current.MemTables.Length;

    /// <summary>Begins a read of one state.</summary>
    /// <exception cref="SignalsException">A refresh failed while it was shown.</exception>
    public SharedGate.Scope Enter()
    {
        SharedGate.Scope inside = PlantedBugs.Has(PlantedBugs.RefreshIsReadHalfShown) ? new SharedGate().Enter() : _gate.Enter();
        if (Volatile.Read(ref _failure) is { } failure)
        {
            inside.Dispose();
            throw HalfShown(failure);
        }

        return inside;
    }

    /// <summary>Shows what the writer has written since the last refresh; false when that is nothing.</summary>
    /// <exception cref="CorruptionException">A file is damaged or missing; what was shown before is shown on.</exception>
    /// <exception cref="SchemaMismatchException">The writer has another schema by now.</exception>
    /// <exception cref="SignalsException">The folder holds another store than before.</exception>
    public bool Refresh()
    {
        lock (_refreshing)
        {
            RequireUsableLocked();
            Prepared ready = StableLook.Take(() => ManifestLook.Read(_context.Folder, _look), PrepareLocked);
            using FollowedLogs logs = ready.Logs;
            bool isNew = _isFirst || logs.End != _place || !ReferenceEquals(ready.Look, _look);
            if (isNew || ready.IsAnew)
            {
                ShowLocked(ready);
            }

            IsWithoutLog = logs.IsPlaceholder;
            _isFirst = false;
            Volatile.Write(ref _refreshedMs, _context.NowMs);
            return isNew;
        }
    }

    /// <summary>Stream position up to which the writer has written, without showing it.</summary>
    public StreamPosition WrittenPosition()
    {
        lock (_refreshing)
        {
            RequireUsableLocked();
            return StableLook.Take(
                () => ManifestLook.Read(_context.Folder, _look),
                look =>
                {
                    using FollowedLogs logs = FollowedLogs.Open(_context.Folder, look.State, _place);
                    logs.Scan(context: null, checksEnd: false);
                    return (true, logs.End.Position);
                });
        }
    }

    /// <summary>Pins what is shown for scans of an event type.</summary>
    public PinnedView Pin(EventTypeSchema type)
    {
        lock (_refreshing)
        {
            RequireUsableLocked();
            _rows.Freeze(_place.Log);
            return Reader.Pin(_contents.View.Current.WithoutActive(), type, files: null); // the tables keep their files open
        }
    }

    /// <summary>What is shown, in numbers.</summary>
    public ReadOnlyStats GetStats()
    {
        lock (_refreshing)
        {
            RequireUsableLocked();
            IReadOnlyCollection<Table> tables = _contents.View.Current.Tables.Tables;
            return new ReadOnlyStats
            {
                Tables = tables.Count,
                TableBytes = tables.Sum(table => table.Meta.TotalLength),
                TableRows = tables.Where(table => table.Meta.Kind == RunKind.Events).Sum(table => table.Meta.Rows),
                PatchRows = tables.Where(table => table.Meta.Kind == RunKind.Patches).Sum(table => table.Meta.Rows),
                LogRows = _contents.View.Current.MemTables.Sum(table => table.Rows),
                ErasedUsers = _erasures.Set.Count,
            };
        }
    }

    /// <summary>The tables that are shown.</summary>
    public TableMeta[] GetTables()
    {
        lock (_refreshing)
        {
            RequireUsableLocked();
            return [.. _contents.View.Current.Tables.Tables.Select(table => table.Meta)];
        }
    }

    /// <summary>Refuses reads from now on, waits for those under way, and closes the files. A second call does nothing.</summary>
    public void Dispose()
    {
        lock (_refreshing)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            Reader.Close();
            _owned.Dispose();
        }
    }

    private (bool IsDone, Prepared Result) PrepareLocked(ManifestLook look)
    {
        RequireSameStoreLocked(look);
        bool isAnew = _rows.Small > MostSmallMemTables;
        VersionEdit edit = _tables.Prepare(look.State);
        FollowedLogs logs = FollowedLogs.Open(_context.Folder, look.State, isAnew ? default : _place);
        bool isDone = false;
        try
        {
            logs.Scan(_context, checksEnd: _isFirst);
            if (logs.End.Position < _place.Position)
            {
                throw AnotherStore($"its logs end at stream position {logs.End.Position}, and {_place.Position} is shown");
            }

            isDone = PlantedBugs.Has(PlantedBugs.RefreshTrustsAnOldManifest)
                || look.AnswersAs(ManifestLook.Read(_context.Folder, look));
            return (isDone, new Prepared(look, edit, logs, isAnew));
        }
        finally
        {
            if (!isDone)
            {
                logs.Dispose();
            }
        }
    }

    // Everything was read and checked before, so an error here leaves half a state: it is not tried again, and no read sees it.
    private void ShowLocked(Prepared ready)
    {
        (ManifestLook look, VersionEdit edit, FollowedLogs logs, bool isAnew) = ready;
        ManifestState state = look.State;
        _gate.Close();
        try
        {
            TakeErasures(state);
            TableVersion tables = _tables.Take(edit, out Table[] removed);
            IReadOnlyList<MemTable> left = isAnew
                ? _rows.Clear(tables, state.FlushedPosition, logs.FirstLog)
                : _rows.Replace(tables, state.FlushedPosition, logs.FirstLog);
            _contents.View.Epochs.Retire([.. removed, .. left]);
            logs.Replay(_rows.Apply);
            _look = look;
            _place = logs.End;
            Volatile.Write(ref _position, Math.Max(_rows.Position.Value, logs.End.Position.Value));
        }
        catch (Exception error)
        {
            Volatile.Write(ref _failure, error);
            throw;
        }
        finally
        {
            _gate.Open();
        }
    }

    private void TakeErasures(ManifestState state)
    {
        foreach ((UserId user, long cutoffMs) in state.Erasures)
        {
            _erasures.Set.Add(user, cutoffMs);
        }

        Sources.RaiseAll(state.Sources.Values);
        foreach (ImportedSegment segment in state.Segments.Values.Where(one => !_registry.TryGet(one.ContentId, out _)))
        {
            _registry.Add(segment);
        }

        foreach ((ushort type, long upToMs) in state.CompleteUpTo)
        {
            _registry.DeclareComplete(type, upToMs);
        }
    }

    private void RequireSameStoreLocked(ManifestLook look)
    {
        ManifestState state = look.State;
        if (state.FlushedPosition < _look.State.FlushedPosition || state.FirstLiveLog < _look.State.FirstLiveLog)
        {
            throw AnotherStore(
                $"its tables end at stream position {state.FlushedPosition}, and before they ended at {_look.State.FlushedPosition}");
        }

        // Each manifest has a greater number than the one before, and none is replaced under its name.
        if (look.Number < _look.Number || (look.Number == _look.Number && AreOther(look.Identity, _look.Identity)))
        {
            throw AnotherStore($"its manifest {look.Number} is not a later one than {_look.Number}");
        }

        if (AreOther(_context.Folder.Files.IdentityOf(_context.Folder.Path), _folder))
        {
            throw AnotherStore("the folder was replaced");
        }

        if (!_look.State.HasSchemaOf(state))
        {
            throw new SchemaMismatchException(
                "The store was opened with another schema since it was opened here. Open it again to see that; until then it stays "
                + "as it was.");
        }
    }

    private void RequireUsableLocked()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is not null)
        {
            throw HalfShown(_failure);
        }
    }

    private SignalsException AnotherStore(string because) =>
        new($"The folder '{_context.Folder.Path}' holds another store than when it was opened: {because}. Open it again.");

    private static bool AreOther(FileIdentity? one, FileIdentity? other) => one is not null && other is not null && one != other;

    private static SignalsException HalfShown(Exception failure) =>
        new("A refresh failed while it was shown, so what it shows is not whole any more. Open it again.", failure);

    /// <summary>What a refresh has read and checked, and not shown yet.</summary>
    private sealed record Prepared(ManifestLook Look, VersionEdit Edit, FollowedLogs Logs, bool IsAnew);
}
