using System.Diagnostics;
using System.Globalization;
using Signals.Maintenance;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Views;
using Signals.Storage.FileSystem;
using Signals.Storage.History;
using Signals.Storage.MemTables;
using Signals.Storage.Reads;
using Signals.Storage.Scanning;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Upkeep;

/// <summary>
/// Keeps the certificates of erasures up to date: whenever a version or a file goes, it finds out in which places each user is left.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Without open certificates a refresh costs one read of a counter. A table or memtable is an open place
/// while it is in the version and holds the user; a file that left the version is one until it is deleted. A refresh follows a commit or
/// a deletion, and must not fail it: what cannot be read counts as a place until a later refresh. Lifetime: that of the store.
/// </remarks>
internal sealed class ErasureLedger(
    StoreContext context,
    StoreContents contents,
    OpenStoreCheckpoint checkpointer,
    PinnedViews pinned,
    LogStream? log,
    VersionHistory? history)
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _open = []; // guarded by _lock
    private bool _closed; // guarded by _lock
    private int _count;

    /// <summary>
    /// Begins the certificate of a user whose erasure was acknowledged. Once the store is closing it stays as it is, as those do that were
    /// open then.
    /// </summary>
    public ErasureCertificate Begin(UserId user, long cutoffMs)
    {
        contents.Heads.Forget(user);
        ErasureCertificate certificate = new(user, cutoffMs, context.Time.GetUtcNow(), () => checkpointer.Taken);
        Entry entry = new(certificate, log?.Mark().Number ?? 0, context.Folder);

        // Files of kept versions, and of scans, that have left the version of now may hold the user, too. Which of them do is not
        // looked up, so all are named until they are gone.
        entry.Files.UnionWith(history?.Versions.SelectMany(version => version.DataFiles()) ?? []);
        entry.Files.UnionWith(pinned.Files());
        entry.Files.ExceptWith(contents.View.Current.Tables.Tables.SelectMany(table => StoreFiles.FilesOf(table.Meta)));
        lock (_lock)
        {
            if (_closed)
            {
                return certificate;
            }

            _open.Add(entry);
            Volatile.Write(ref _count, _open.Count);
            AssertInvariants();
        }

        Refresh();
        return certificate;
    }

    /// <summary>Brings every open certificate up to date, and forgets those that are complete.</summary>
    public void Refresh()
    {
        if (Volatile.Read(ref _count) == 0)
        {
            return;
        }

        lock (_lock)
        {
            if (TryList() is { } there)
            {
                _open.RemoveAll(entry => entry.Certificate.Update(FindLocked(entry, there), context.Time.GetUtcNow()));
                Volatile.Write(ref _count, _open.Count);
                AssertInvariants();
            }
        }
    }

    /// <summary>Forgets all certificates, and those to come: the tables that a refresh would read are about to be closed.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _open.Clear();
            Volatile.Write(ref _count, 0);
        }
    }

    private HashSet<string>? TryList()
    {
        try
        {
            return [.. context.Folder.ListFiles()];
        }
        catch (FileOperationException)
        {
            return null; // the next refresh reports it
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_lock.IsHeldByCurrentThread, "The lock is not held.");
        Debug.Assert(Volatile.Read(ref _count) == _open.Count, "The count is not that of the open certificates.");
    }

    private List<(ErasurePlaceKind Kind, string Name)> FindLocked(Entry entry, HashSet<string> there)
    {
        List<(ErasurePlaceKind, string)> found = [];
        using (contents.View.Epochs.Enter())
        {
            ReadView current = contents.View.Current;
            foreach (MemTable table in current.MemTables.Union(pinned.MemTables()).Where(table => Holds(table, entry.Certificate)))
            {
                found.Add((ErasurePlaceKind.Memory, entry.NameOf(table)));
            }

            entry.Unread.ExceptWith(current.Tables.Tables.SelectMany(table => StoreFiles.FilesOf(table.Meta)));
            foreach (Table table in current.Tables.Tables)
            {
                bool? holds = Holds(table, entry.Certificate);
                (holds is null ? entry.Unread : entry.Files).UnionWith(holds == false ? [] : StoreFiles.FilesOf(table.Meta));
            }
        }

        entry.Files.RemoveWhere(name => !there.Contains(name));
        entry.Unread.RemoveWhere(name => !there.Contains(name));
        found.AddRange(entry.Files.Union(entry.Unread).Select(name => (ErasurePlaceKind.Table, name)));
        found.AddRange(entry.LogsOf(there).Select(name => (ErasurePlaceKind.Log, name)));
        return found;
    }

    // Null when that cannot be told now: without a handle for the directory, or when it cannot be read. Then the table counts until
    // the next refresh.
    private static bool? Holds(Table table, ErasureCertificate erased)
    {
        try
        {
            return table.TryFind(erased.User, out UserRows rows) && rows.OldestTime <= erased.CutoffMs;
        }
        catch (Exception error) when (error is HandlesExhaustedException or FileOperationException or CorruptionException)
        {
            return null;
        }
    }

    private static bool Holds(MemTable table, ErasureCertificate erased)
    {
        for (ushort type = 0; type < table.EventTypes; type++)
        {
            if (table.TryFind(erased.User, erased.User.Hash64, type, out MemRows rows) && rows.Oldest <= erased.CutoffMs)
            {
                return true;
            }
        }

        return false;
    }

    private sealed class Entry(ErasureCertificate certificate, ulong lastLog, StoreFolder folder)
    {
        private readonly List<MemTable> _memTables = [];
        private string[]? _logs;

        public ErasureCertificate Certificate => certificate;

        /// <summary>Files that may hold the user and are not deleted yet.</summary>
        public HashSet<string> Files { get; } = [];

        /// <summary>Files of tables that could not be read at the last refresh and are not deleted yet.</summary>
        public HashSet<string> Unread { get; } = [];

        /// <summary>Names a memtable. Memtables have no number of their own, so they are counted as they are found.</summary>
        public string NameOf(MemTable table)
        {
            if (!_memTables.Contains(table))
            {
                _memTables.Add(table);
            }

            return string.Create(CultureInfo.InvariantCulture, $"memtable {_memTables.IndexOf(table) + 1}");
        }

        /// <summary>
        /// The store's logs up to that of the erasure that are there. Which it had is found out once:
        /// later ones have higher numbers.
        /// </summary>
        public IEnumerable<string> LogsOf(HashSet<string> there)
        {
            _logs ??= [.. there.Where(IsEarlierLog)];
            return _logs.Where(there.Contains);
        }

        private bool IsEarlierLog(string name) => StoreFiles.Classify(name, out ulong number) == StoreFileKind.Log && number <= lastLog
            && !OwnContent.IsForeign(folder.Files, folder.PathOf(name));
    }
}
