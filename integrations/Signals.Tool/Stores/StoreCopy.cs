namespace Signals.Tool.Stores;

/// <summary>
/// A closed store that is opened in full without changing its folder, for commands that need definitions or the past. Tables are immutable
/// and are linked into a temporary folder. The manifest and the logs are copied there, because opening a store continues or repairs
/// them. Reads see what an opening of the original would recover.
/// </summary>
/// <remarks>
/// Lifetime: disposing it closes the store and deletes the temporary folder. The original folder does not change.
/// </remarks>
internal sealed class StoreCopy : IDisposable
{
    public const string LockFile = "LOCK";
    private static readonly string[] Immutable = [".tbl", ".seg", ".col"];

    /// <summary>As much as a store may keep, so that looking drops nothing. The granularity is at least a millionth of the age.</summary>
    private static readonly VersionRetention EverythingKept = new()
    {
        Age = TimeSpan.FromDays(3650),
        MaxBytes = long.MaxValue,
        Granularity = TimeSpan.FromHours(1),
    };

    private readonly string _copy;

    private StoreCopy(string copy, SignalStore store)
    {
        _copy = copy;
        Store = store;
    }

    public SignalStore Store { get; }

    /// <param name="folder">The store's folder.</param>
    /// <param name="withVersions">Whether states of the past can be read, as far as the store keeps them.</param>
    /// <exception cref="DirectoryNotFoundException">The folder holds no store.</exception>
    /// <exception cref="StoreLockedException">
    /// A process has the store open, so the store could change while it is read.
    /// </exception>
    public static StoreCopy Open(string folder, bool withVersions = false)
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

            // Compaction is slow and, unless versions of the past are read, no new versions are kept, because everything that they
            // write is thrown away.
            StoreOptions options = new()
            {
                CompactionBytesPerSecond = 1 << 20,
                Name = Path.GetFileName(folder),
                VersionRetention = !withVersions ? VersionRetention.None : SignalStore.KeepsVersions(copy) ? EverythingKept : null,
            };
            return new StoreCopy(copy, SignalStore.Open(copy, SignalStore.ReadSchema(copy), options));
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
        if (SignalStore.FindWriter(folder) is { } writer)
        {
            throw new StoreLockedException(path, writer);
        }

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
            throw new StoreLockedException(path, "another process");
        }
    }
}
