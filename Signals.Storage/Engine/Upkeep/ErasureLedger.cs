using System.Diagnostics;
using System.Globalization;
using Signals.Maintenance;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Views;
using Signals.Storage.FileSystem;
using Signals.Storage.MemTables;
using Signals.Storage.Reads;
using Signals.Storage.Scanning;
using Signals.Storage.Tables;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.Engine.Upkeep;

/// <summary>
/// Keeps the certificates of erasures up to date: whenever a version or a file goes, it finds out in which places each user is left.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Without open certificates a refresh costs one read of a counter. A table or memtable is an open place
/// while it is in the version and holds the user; a file that left the version is one until it is deleted. A refresh follows a commit or
/// a deletion, and must not fail it: what cannot be read counts as a place until a later refresh. No file is missed: one that left the
/// version before the certificate began is held by <see cref="FilePins"/> until it is deleted, and one that leaves it later is looked at
/// as it leaves (<see cref="Leaving"/>), so that two commits between two refreshes hide nothing. Lifetime: that of the store.
/// </remarks>
internal sealed class ErasureLedger(
    StoreContext context,
    StoreContents contents,
    OpenStoreCheckpoint checkpointer,
    PinnedViews pinned,
    LogStream? log,
    FilePins pins)
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
        Entry entry = new(certificate, LastLogWithEntries(), context.Folder);

        // From now on no table leaves the version unseen. Until the files that have left it are known, no refresh looks at the entry.
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

        // Files that kept versions, scans and readers hold, and those that could not be deleted. Which of them have the user is not looked
        // up, so all are named until they are gone. The version comes first: a file that is not in it was retired before.
        HashSet<string> now = [.. contents.View.Current.Tables.Tables.SelectMany(table => StoreFiles.FilesOf(table.Meta))];
        IEnumerable<string> left = pins.Held().Where(name => IsData(name) && !now.Contains(name));
        lock (_lock)
        {
            entry.Files.UnionWith(left);
            entry.IsReady = true;
        }

        Refresh();
        return certificate;
    }

    /// <summary>Tells that tables are about to leave the version. They are still open.</summary>
    public void Leaving(Table[] tables)
    {
        if (Volatile.Read(ref _count) == 0)
        {
            return;
        }

        lock (_lock)
        {
            foreach (Entry entry in _open)
            {
                entry.Files.UnionWith(tables
                    .Where(table => Holds(table, entry.Certificate) != false) // what cannot be told now can never be told
                    .SelectMany(table => StoreFiles.FilesOf(table.Meta)));
            }
        }
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
            // The version comes before the list of files: what the version names and the list lacks was deleted meanwhile.
            List<(Entry Entry, string[] Memory)> looks =
                [.. _open.Where(entry => entry.IsReady).Select(entry => (entry, LookLocked(entry)))];
            if (TryList() is { } there)
            {
                DateTimeOffset now = context.Time.GetUtcNow();
                HashSet<Entry> complete = [.. looks
                    .Where(look => look.Entry.Certificate.Update(PlacesOf(look.Entry, look.Memory, there), now))
                    .Select(look => look.Entry)];
                _open.RemoveAll(complete.Contains);
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

    // The current log holds nobody while it has no entries, and goes only after it has some.
    private ulong LastLogWithEntries()
    {
        (ulong number, long end) = log?.Mark() ?? (0, LogFormat.HeaderBytes);
        return end > LogFormat.HeaderBytes || number == 0 ? number : number - 1;
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

    // Finds the files that may hold the user, and gives the names of the memtables that do.
    private string[] LookLocked(Entry entry)
    {
        entry.Files.UnionWith(pins.Late().Where(IsData));
        using (contents.View.Epochs.Enter())
        {
            ReadView current = contents.View.Current;
            entry.Unread.ExceptWith(current.Tables.Tables.SelectMany(table => StoreFiles.FilesOf(table.Meta)));
            foreach (Table table in current.Tables.Tables)
            {
                bool? holds = Holds(table, entry.Certificate);
                (holds is null ? entry.Unread : entry.Files).UnionWith(holds == false ? [] : StoreFiles.FilesOf(table.Meta));
            }

            return [.. current.MemTables.Union(pinned.MemTables()).Where(table => Holds(table, entry.Certificate)).Select(entry.NameOf)];
        }
    }

    private static List<(ErasurePlaceKind Kind, string Name)> PlacesOf(Entry entry, string[] memory, HashSet<string> there)
    {
        entry.Files.IntersectWith(there);
        entry.Unread.IntersectWith(there);
        return
        [
            .. memory.Select(name => (ErasurePlaceKind.Memory, name)),
            .. entry.Files.Union(entry.Unread).Select(name => (ErasurePlaceKind.Table, name)),
            .. entry.LogsOf(there).Select(name => (ErasurePlaceKind.Log, name)),
        ];
    }

    // Logs are found by their numbers.
    private static bool IsData(string name) =>
        StoreFiles.Classify(name, out _) is StoreFileKind.Table or StoreFileKind.Segment or StoreFileKind.ColumnFile;

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

        /// <summary>Whether the files are known that had left the version before the certificate began.</summary>
        public bool IsReady { get; set; }

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
