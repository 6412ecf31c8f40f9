using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Makes a version edit durable and then visible: opens the new tables, commits the manifest, replaces the view.</summary>
/// <remarks>
/// Thread contract: any background thread; one edit at a time. Removed tables are closed and deleted once no reader
/// holds them. An error before the manifest has the edit leaves the old version in place, durable and visible; one after it, in keeping a
/// version, leaves the new one durable and the old one visible, and the store fails before anybody else can commit. Every commit of an open
/// store goes through the manifest, which asks <see cref="FailStop.RequireWritable"/> first: a store that has failed commits nothing, whichever thread tries.
/// </remarks>
internal sealed class VersionCommitter(
    Manifest manifest, ViewState view, FileNumbers numbers, TableSet tables, CacheWarmer warmer, FilePins pins, FailStop failStop)
{
    private readonly Lock _gate = new();

    /// <summary>
    /// Called before an edit is made durable. The edit may hold an erasure, or a part of a batch, or lack rows that an erasure hides:
    /// were their log frames lost in a power cut and the edit not, the store would hold the later without the earlier.
    /// </summary>
    public Action OnCommitting { get; set; } = static () => { };

    /// <summary>Keeps what an edit made of the store, durably, and gives the number of the version; null when none is kept.</summary>
    public Func<ManifestState, VersionEdit, ulong>? OnInstalling { get; set; }

    /// <summary>
    /// The schema in force as long as the manifest does not have it; null from then on. The next edit takes it along: tables of a flush may
    /// hold its columns. Set before the first commit.
    /// </summary>
    public byte[]? NewSchema { get; set; }

    /// <summary>Called after an edit was made visible.</summary>
    public Action OnCommitted { get; set; } = static () => { };

    /// <summary>
    /// Looks at the manifest between two edits. Every file that its state names is there then, and stays if it is pinned meanwhile.
    /// </summary>
    public T Look<T>(Func<Manifest, T> look)
    {
        lock (_gate)
        {
            return look(manifest);
        }
    }

    /// <summary>Records the schema in force if no edit has taken it along.</summary>
    public void CommitSchema()
    {
        lock (_gate)
        {
            if (NewSchema is not null)
            {
                CommitDurablyLocked(new VersionEdit());
            }
        }
    }

    /// <summary>Whether the store has failed.</summary>
    public bool HasFailed => failStop.Error is not null;

    /// <summary>Deletes files of work that came to nothing, later if it cannot be done now.</summary>
    public void Discard(IEnumerable<string> names) => pins.Discard(names);

    /// <summary>For work that ends in a commit: asks before it begins what the commit will ask.</summary>
    public void RequireWritable() => failStop.RequireWritable();

    /// <summary>Commits an edit whose tables are all new; of those that cannot be opened no file is left.</summary>
    /// <param name="edit">What changes.</param>
    /// <param name="change">The new view, given the old one and the new tables version.</param>
    /// <param name="unlinked">What else the new view no longer holds.</param>
    public void Commit(VersionEdit edit, Func<ReadView, TableVersion, ReadView> change, params IEnumerable<IDisposable> unlinked) =>
        Commit(edit, OpenOrDiscard(edit), change, unlinked);

    /// <param name="edit">What changes.</param>
    /// <param name="added">The added tables, open; owned from now on.</param>
    /// <param name="change">The new view, given the old one and the new tables version.</param>
    /// <param name="unlinked">What else the new view no longer holds.</param>
    public void Commit(
        VersionEdit edit, Table[] added, Func<ReadView, TableVersion, ReadView> change, params IEnumerable<IDisposable> unlinked)
    {
        WarmBlocks[] warm = OrDispose(added, () => warmer.Load(edit, added));
        lock (_gate)
        {
            OrDispose(added, () => CommitDurablyLocked(edit));
            OrStop(() => InstallLocked(edit, added, warm, change, unlinked));
        }

        OnCommitted();
    }

    /// <summary>Keeps the store as it is between two edits as a version of its own, and gives its number.</summary>
    public ulong KeepNow()
    {
        lock (_gate)
        {
            failStop.RequireWritable();
            return OrStop(() =>
            {
                ulong version = OnInstalling!(manifest.State, new VersionEdit());
                view.Replace(current => current.WithVersion(version));
                return version;
            });
        }
    }

    // No manifest names them yet, and nothing tries them again: the work is done anew under other names.
    private Table[] OpenOrDiscard(VersionEdit edit)
    {
        try
        {
            return tables.OpenAll(edit.AddedTables, view.Current.Tables);
        }
        catch
        {
            pins.Discard(edit.AddedTables.Select(table => StoreFiles.Table(table.Number)));
            throw;
        }
    }

    private bool InstallLocked(
        VersionEdit edit, Table[] added, WarmBlocks[] warm, Func<ReadView, TableVersion, ReadView> change, IEnumerable<IDisposable> unlinked)
    {
        TableVersion before = view.Current.Tables;
        TableVersion after = before.Apply(edit, added);
        Table[] removed = [.. edit.RemovedTables.Select(number => Find(before, number))];
        ulong version = IsKept(edit, before) ? OrDispose(added, () => OnInstalling!(manifest.State, edit)) : view.Current.Version;
        CacheWarmer.HandOver(warm, removed);
        view.Replace(current => change(current, after).WithVersion(version), [.. removed, .. FilesLeft(removed, after), .. unlinked]);
        return true;
    }

    /// <summary>After an error what is durable and what is visible differ: the store fails while nobody else can commit.</summary>
    private T OrStop<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception error)
        {
            failStop.Stop(error);
            throw;
        }
    }

    // A flush or an import is kept. A merge or fold changes no answer, unless it drops patches whose event is not there.
    private bool IsKept(VersionEdit edit, TableVersion before) => OnInstalling is not null
        && (edit.FlushedPosition is not null
            || (edit.AddedTables.Count > 0 && edit.RemovedTables.Count == 0)
            || edit.RemovedTables.Exists(number => Find(before, number).Meta.Kind == RunKind.Patches));

    private bool CommitDurablyLocked(VersionEdit edit)
    {
        failStop.RequireWritable();
        edit.NextFileNumber = numbers.Upcoming;
        edit.Schema ??= NewSchema;
        tables.NoteWindows(edit);
        OnCommitting();
        manifest.Commit(edit);
        NewSchema = null;
        return true;
    }

    /// <summary>Tables that do not become visible are nobody's.</summary>
    private static T OrDispose<T>(Table[] added, Func<T> step)
    {
        try
        {
            return step();
        }
        catch
        {
            Array.ForEach(added, table => table.Dispose());
            throw;
        }
    }

    private static Table Find(TableVersion version, ulong number) =>
        version.TryGet(number, out Table table)
            ? table
            : throw new InvalidOperationException($"Table {number} is removed but was not in the version.");

    // A segment stays while any of its parts does, a table while its run goes on with another column file. Files go after the tables: what is retired later is disposed of later.
    private IEnumerable<IDisposable> FilesLeft(Table[] removed, TableVersion after)
    {
        if (removed.Length == 0)
        {
            return [];
        }

        HashSet<string> needed = [.. after.Tables.SelectMany(table => StoreFiles.FilesOf(table.Meta))];
        return [pins.RetireReplaced(removed.SelectMany(table => StoreFiles.FilesOf(table.Meta)).Distinct().Where(name => !needed.Contains(name)))];
    }
}
