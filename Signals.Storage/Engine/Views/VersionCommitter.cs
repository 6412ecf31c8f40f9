using System.Diagnostics;
using Signals.Storage.Engine.Context;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Views;

/// <summary>Makes a version edit durable and then visible: opens the new tables, commits the manifest, replaces the view.</summary>
/// <remarks>
/// Thread contract: any background thread; one edit at a time. Removed tables are closed and deleted once no reader holds them. An
/// error before the manifest has the edit leaves the old version in place, durable and visible. An error after it, in keeping a
/// version, leaves the new one durable and the old one visible, and the store fails before anybody else can commit. Every commit of
/// an open store goes through the manifest, which asks <see cref="FailStop.RequireWritable"/> first: a store that has failed
/// commits nothing, whichever thread tries. Lifetime: that of the store. Closing waits for the edit under way; from then on every
/// commit, and every look between two, is refused: the manifest, the tables and the folder belong to nobody, or to another store.
/// </remarks>
internal sealed class VersionCommitter : IDisposable
{
    private readonly StoreContext _context;
    private readonly DurableEdits _edits;
    private readonly Manifest _manifest;
    private readonly StoreContents _contents;
    private readonly CacheWarmer _warmer;
    private readonly FilePins _pins;
    private readonly VersionRecorder _recorder;
    private readonly Lock _lock = new();
    private bool _closed; // guarded by _lock

    /// <param name="context">The store.</param>
    /// <param name="edits">Makes edits durable.</param>
    /// <param name="contents">Where they become visible.</param>
    /// <param name="warmer">Loads what reads will ask new tables for.</param>
    /// <param name="pins">Deletes the files that an edit removes.</param>
    /// <param name="recorder">Keeps what an edit makes of the store as a version.</param>
    public VersionCommitter(
        StoreContext context,
        DurableEdits edits,
        StoreContents contents,
        CacheWarmer warmer,
        FilePins pins,
        VersionRecorder recorder)
    {
        _context = context;
        _edits = edits;
        _manifest = edits.Manifest;
        _contents = contents;
        _warmer = warmer;
        _pins = pins;
        _recorder = recorder;
    }

    /// <summary>Raised after an edit was made visible, on the thread that committed it.</summary>
    public event Action? Committed;

    /// <summary>
    /// Raised under the lock with the tables that an edit removes, after their files were retired and before the view lacks them. A
    /// subscriber must not throw, nor wait for a commit.
    /// </summary>
    public event Action<Table[]>? Leaving;

    /// <summary>
    /// Looks at the manifest between two edits. Every file that its state names is there then, and stays if it is pinned meanwhile.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public T ReadBetweenEdits<T>(Func<Manifest, T> look)
    {
        lock (_lock)
        {
            RequireOpenLocked();
            return look(_manifest);
        }
    }

    /// <summary>Records the schema in force if no edit has taken it along.</summary>
    public void CommitSchema()
    {
        lock (_lock)
        {
            if (_edits.HasNewSchema)
            {
                CommitDurablyLocked(new VersionEdit());
            }
        }
    }

    /// <summary>
    /// Records what the next process has to know of the clock and of the limits that are held, if that has changed and no edit has taken
    /// it along.
    /// </summary>
    public void CommitRetention()
    {
        lock (_lock)
        {
            if (_edits.HasNewRetention)
            {
                CommitDurablyLocked(new VersionEdit());
            }
        }
    }

    /// <summary>Whether the store has failed.</summary>
    public bool HasFailed => _context.FailStop.Error is not null;

    /// <summary>For work that ends in a commit: asks before it begins what the commit will ask.</summary>
    public void RequireWritable() => _context.FailStop.RequireWritable();

    /// <summary>Commits an edit whose tables are all new; of those that cannot be opened no file is left.</summary>
    /// <param name="edit">What changes.</param>
    /// <param name="change">The new view, given the old one and the new tables version.</param>
    /// <param name="unlinked">What else the new view no longer holds.</param>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public void Commit(VersionEdit edit, Func<ReadView, TableVersion, ReadView> change, params IEnumerable<IDisposable> unlinked) =>
        Commit(edit, OpenOrDiscard(edit), change, unlinked);

    /// <param name="edit">What changes.</param>
    /// <param name="added">The added tables, open; owned from now on.</param>
    /// <param name="change">The new view, given the old one and the new tables version.</param>
    /// <param name="unlinked">What else the new view no longer holds.</param>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public void Commit(
        VersionEdit edit, Table[] added, Func<ReadView, TableVersion, ReadView> change, params IEnumerable<IDisposable> unlinked)
    {
        WarmBlocks[] warm = OrDispose(added, () => Load(edit, added));
        lock (_lock)
        {
            OrDispose(added, () => CommitDurablyLocked(edit));
            try
            {
                IDisposable[] left = OrDispose(added, () => ShowLocked(edit, added, warm, change, unlinked));
                _contents.View.Epochs.Retire(left);
                AssertInvariantsLocked();
            }
            catch (Exception error)
            {
                // What is durable and what is visible differ: the store fails while nobody else can commit.
                _context.FailStop.Stop(error);
                throw;
            }
        }

        Committed?.Invoke();
    }

    /// <summary>Keeps the store as it is between two edits as a version of its own, and gives its number.</summary>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public ulong KeepNow()
    {
        lock (_lock)
        {
            RequireOpenLocked();
            _context.FailStop.RequireWritable();
            try
            {
                ulong version = _recorder.Record(_manifest.State, new VersionEdit());
                _contents.View.Replace(current => current.WithVersion(version));
                return version;
            }
            catch (Exception error)
            {
                _context.FailStop.Stop(error);
                throw;
            }
        }
    }

    /// <summary>Waits for the edit under way and refuses others, so that what edits read and write can be closed.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
        }
    }

    // No manifest names them yet, and nothing tries them again: the work is done anew under other names.
    private Table[] OpenOrDiscard(VersionEdit edit)
    {
        try
        {
            RequireOpen();
            return _contents.Tables.OpenAll(edit.AddedTables, _contents.View.Current.Tables);
        }
        catch
        {
            _pins.Discard(edit.AddedTables.Select(table => StoreFiles.Table(table.Number)));
            throw;
        }
    }

    // It reads the tables of now, and after closing there are none.
    private WarmBlocks[] Load(VersionEdit edit, Table[] added)
    {
        RequireOpen();
        return _warmer.Load(edit, added);
    }

    // Gives what the view no longer holds.
    private IDisposable[] ShowLocked(
        VersionEdit edit,
        Table[] added,
        WarmBlocks[] warm,
        Func<ReadView, TableVersion, ReadView> change,
        IEnumerable<IDisposable> unlinked)
    {
        TableVersion before = _contents.View.Current.Tables;
        TableVersion after = before.Apply(edit, added);
        Table[] removed = [.. edit.RemovedTables.Select(number => before[number])];
        ulong version = IsKept(edit, before) ? _recorder.Record(_manifest.State, edit) : _contents.View.Current.Version;
        CacheWarmer.HandOver(warm, removed);
        if (edit.FlushedPosition is not null)
        {
            _contents.Heads.CatchUp(_contents.View.Current.MemTables[^1], before); // the one that leaves the view
        }

        IDisposable[] left = [.. removed, .. FilesLeft(removed, after), .. unlinked];
        if (removed.Length > 0)
        {
            Leaving?.Invoke(removed);
        }

        _contents.View.Replace(current => change(current, after).WithVersion(version));
        return left;
    }

    // A flush or an import is kept. A merge or fold changes no answer, unless it drops patches whose event is not there.
    private bool IsKept(VersionEdit edit, TableVersion before) => _recorder.IsOn
        && (edit.FlushedPosition is not null
            || (edit.AddedTables.Count > 0 && edit.RemovedTables.Count == 0)
            || edit.RemovedTables.Exists(number => before[number].Meta.Kind == RunKind.Patches));

    // For work before the edit, which the parts that commit do under locks of their own: closing takes these first.
    private void RequireOpen()
    {
        lock (_lock)
        {
            RequireOpenLocked();
        }
    }

    private void RequireOpenLocked() => ObjectDisposedException.ThrowIf(_closed, this);

    private void CommitDurablyLocked(VersionEdit edit)
    {
        RequireOpenLocked();
        _context.FailStop.RequireWritable();
        _contents.Tables.MarkSeveralWindows(edit);
        _edits.Commit(edit);
    }

    [Conditional("DEBUG")]
    private void AssertInvariantsLocked()
    {
        Debug.Assert(_lock.IsHeldByCurrentThread, "The lock is not held.");
        TableVersion visible = _contents.View.Current.Tables;
        Debug.Assert(visible.Tables.Count == _manifest.State.Tables.Count, "What is visible is not what is durable.");
        Debug.Assert(
            _manifest.State.Tables.Keys.All(number => visible.TryGet(number, out _) && number < _context.Numbers.Upcoming),
            "The manifest names a table that is not visible, or whose number may be given again.");
    }

    /// <summary>Does a step before the tables are visible: if it fails they never will be, so they are closed.</summary>
    private static void OrDispose(Table[] added, Action step) => OrDispose(added, () =>
    {
        step();
        return true;
    });

    /// <summary>The same for a step with a result.</summary>
    private static T OrDispose<T>(Table[] added, Func<T> step)
    {
        try
        {
            return step();
        }
        catch
        {
            FirstError.DisposeAfterError(added);
            throw;
        }
    }

    // A segment stays while any of its parts does, a table while its run goes on with another column file. Files go after the
    // tables: what is retired later is disposed of later.
    private IEnumerable<IDisposable> FilesLeft(Table[] removed, TableVersion after)
    {
        if (removed.Length == 0)
        {
            return [];
        }

        HashSet<string> needed = [.. after.Tables.SelectMany(table => StoreFiles.FilesOf(table.Meta))];
        IEnumerable<string> had = removed.SelectMany(table => StoreFiles.FilesOf(table.Meta)).Distinct();
        return [_pins.RetireReplaced(had.Where(name => !needed.Contains(name)))];
    }
}
