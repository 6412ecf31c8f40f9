using Signals.Core.Model;
using Signals.Storage;
using Signals.Storage.History;

namespace Signals.Tool.Stores;

/// <summary>
/// A store opened so that its folder is not touched: tables are immutable and linked into a temporary folder, the manifest and the logs,
/// which opening continues or repairs, are copied there. What is read is what an opening would recover.
/// </summary>
/// <remarks>Lifetime: disposing closes the store and deletes the temporary folder; the original stays as it was.</remarks>
internal sealed class ReadOnlyStore : IDisposable
{
    public const string LockFile = "LOCK";
    private static readonly string[] Immutable = [".tbl", ".seg", ".col"];

    private readonly string _copy;

    private ReadOnlyStore(string copy, SignalStore store)
    {
        _copy = copy;
        Store = store;
    }

    public SignalStore Store { get; }

    /// <exception cref="DirectoryNotFoundException">The folder holds no store.</exception>
    /// <exception cref="StoreLockedException">A process has the store open; it may change while it is looked at.</exception>
    public static ReadOnlyStore Open(string folder)
    {
        _ = SignalStore.ReadSchema(folder);
        RequireUnused(folder);
        string copy = Directory.CreateTempSubdirectory("signals-look-").FullName;
        try
        {
            foreach (string file in Directory.EnumerateFiles(Path.GetFullPath(folder)))
            {
                string name = Path.GetFileName(file);
                string target = Path.Combine(copy, name);
                if (Immutable.Contains(Path.GetExtension(name)))
                {
                    File.CreateSymbolicLink(target, file);
                }
                else if (name != LockFile)
                {
                    StoreFiles.CopyWritable(new FileInfo(file), target);
                }
            }

            // Slow background compaction and no versions: what they would write is thrown away.
            StoreOptions options = new() { CompactionBytesPerSecond = 1 << 20, Name = Path.GetFileName(folder), VersionRetention = VersionRetention.None };
            return new ReadOnlyStore(copy, SignalStore.Open(copy, SignalStore.ReadSchema(copy), options));
        }
        catch
        {
            Directory.Delete(copy, recursive: true);
            throw;
        }
    }

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(_copy, recursive: true);
    }

    /// <exception cref="StoreLockedException">A process has the store open.</exception>
    public static void RequireUnused(string folder)
    {
        string path = Path.Combine(folder, LockFile);
        if (!File.Exists(path))
        {
            return;
        }

        try
        {
            using FileStream probe = new(path, FileMode.Open, FileAccess.Read, FileShare.None);
        }
        catch (IOException)
        {
            throw new StoreLockedException(path, "another process; take a checkpoint and look at that");
        }
    }
}
