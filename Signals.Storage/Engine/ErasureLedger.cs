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
/// or, of a file that left the version, until the file is deleted. Lifetime: that of the store.
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
        Entry entry = new(certificate, log?.Mark().Number ?? 0);
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
            _open.RemoveAll(entry => entry.Certificate.Update(FindLocked(entry), time.GetUtcNow()));
            Volatile.Write(ref _count, _open.Count);
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

    private List<(ErasurePlaceKind Kind, string Name)> FindLocked(Entry entry)
    {
        List<(ErasurePlaceKind, string)> found = [];
        using (epochs.Enter())
        {
            ReadView current = view.Current;
            foreach (MemTable table in current.MemTables.Where(table => Holds(table, entry.Certificate)))
            {
                found.Add((ErasurePlaceKind.Memory, entry.NameOf(table)));
            }

            foreach (Table table in current.Tables.Tables)
            {
                if (Holds(table, entry.Certificate) is not bool holds)
                {
                    found.AddRange(StoreFiles.FilesOf(table.Meta).Select(name => (ErasurePlaceKind.Table, name)));
                }
                else if (holds)
                {
                    entry.Files.UnionWith(StoreFiles.FilesOf(table.Meta));
                }
            }
        }

        HashSet<string> there = [.. files.ListFiles(directory)];
        entry.Files.RemoveWhere(name => !there.Contains(name));
        found.AddRange(entry.Files.Select(name => (ErasurePlaceKind.Table, name)));
        foreach (string name in there)
        {
            if (StoreFiles.Classify(name, out ulong number) == StoreFileKind.Log && number <= entry.LastLog)
            {
                found.Add((ErasurePlaceKind.Log, name));
            }
        }

        return found;
    }

    // Null when that cannot be told now: without a handle for the directory. The table then counts until the next look.
    private static bool? Holds(Table table, ErasureCertificate erased)
    {
        try
        {
            return table.TryFind(erased.User, out UserRows rows) && rows.OldestTime <= erased.CutoffMs;
        }
        catch (HandlesExhaustedException)
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

    private sealed record Entry(ErasureCertificate Certificate, ulong LastLog)
    {
        private readonly List<MemTable> _memTables = [];

        /// <summary>Files in which the user was found and that are not gone.</summary>
        public HashSet<string> Files { get; } = [];

        /// <summary>Memtables have no number of their own: they are counted as they are found.</summary>
        public string NameOf(MemTable table)
        {
            if (!_memTables.Contains(table))
            {
                _memTables.Add(table);
            }

            return string.Create(CultureInfo.InvariantCulture, $"memtable {_memTables.IndexOf(table) + 1}");
        }
    }
}
