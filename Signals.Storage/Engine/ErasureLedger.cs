using System.Globalization;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Keeps the certificates of erasures up to date: looks where each user is left whenever a version or a file goes.</summary>
/// <remarks>
/// Thread contract: any thread. Without open certificates a look costs one read. A place is open while the version shows the user there
/// or, of a file that left the version, until the file is deleted. A look comes after a commit or a deletion, neither of which it may fail: what
/// cannot be read counts as a place until a later look. Lifetime: that of the store.
/// </remarks>
internal sealed class ErasureLedger(
    IFileSystem files, string directory, ViewState view, ReadEpochs epochs, Checkpointer checkpointer, LogStream? log, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<Entry> _open = []; // guarded by _gate
    private int _count;

    /// <summary>
    /// The files of kept versions. Those that have left the version of now may hold the user, too: which of them do is not looked up, so all are
    /// named until they are gone.
    /// </summary>
    public Func<IEnumerable<string>> KeptFiles { get; set; } = static () => [];

    /// <summary>Begins the certificate of a user whose erasure was acknowledged.</summary>
    public ErasureCertificate Begin(UserId user, long cutoffMs)
    {
        ErasureCertificate certificate = new(user, cutoffMs, time.GetUtcNow(), () => checkpointer.Taken);
        Entry entry = new(certificate, log?.Mark().Number ?? 0, files, directory);
        entry.Files.UnionWith(KeptFiles());
        entry.Files.ExceptWith(view.Current.Tables.Tables.SelectMany(table => StoreFiles.FilesOf(table.Meta)));
        lock (_gate)
        {
            _open.Add(entry);
            Volatile.Write(ref _count, _open.Count);
        }

        Refresh();
        return certificate;
    }

    /// <summary>Looks again.</summary>
    public void Refresh()
    {
        if (Volatile.Read(ref _count) == 0)
        {
            return;
        }

        lock (_gate)
        {
            if (TryList() is { } there)
            {
                _open.RemoveAll(entry => entry.Certificate.Update(FindLocked(entry, there), time.GetUtcNow()));
                Volatile.Write(ref _count, _open.Count);
            }
        }
    }

    /// <summary>Looks no more: what the view holds is about to be closed.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _open.Clear();
            Volatile.Write(ref _count, 0);
        }
    }

    private HashSet<string>? TryList()
    {
        try
        {
            return [.. files.ListFiles(directory)];
        }
        catch (FileOperationException)
        {
            return null; // the next look says it
        }
    }

    private List<(ErasurePlaceKind Kind, string Name)> FindLocked(Entry entry, HashSet<string> there)
    {
        List<(ErasurePlaceKind, string)> found = [];
        using (epochs.Enter())
        {
            ReadView current = view.Current;
            foreach (MemTable table in current.MemTables.Where(table => Holds(table, entry.Certificate)))
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

    // Null when that cannot be told now: without a handle for the directory, or where it cannot be read. The table then counts until the next look.
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

    private sealed class Entry(ErasureCertificate certificate, ulong lastLog, IFileSystem files, string directory)
    {
        private readonly List<MemTable> _memTables = [];
        private string[]? _logs;

        public ErasureCertificate Certificate => certificate;

        /// <summary>Files in which the user was found and that are not gone.</summary>
        public HashSet<string> Files { get; } = [];

        /// <summary>Files of tables that could not be looked into last, and that are not gone.</summary>
        public HashSet<string> Unread { get; } = [];

        /// <summary>Memtables have no number of their own: they are counted as they are found.</summary>
        public string NameOf(MemTable table)
        {
            if (!_memTables.Contains(table))
            {
                _memTables.Add(table);
            }

            return string.Create(CultureInfo.InvariantCulture, $"memtable {_memTables.IndexOf(table) + 1}");
        }

        /// <summary>The store's logs up to that of the erasure that are there. Which it had is found out once: later ones have higher numbers.</summary>
        public IEnumerable<string> LogsOf(HashSet<string> there)
        {
            _logs ??= [.. there.Where(IsEarlierLog)];
            return _logs.Where(there.Contains);
        }

        private bool IsEarlierLog(string name) => StoreFiles.Classify(name, out ulong number) == StoreFileKind.Log && number <= lastLog
            && !OwnContent.IsForeign(files, Path.Combine(directory, name));
    }
}
