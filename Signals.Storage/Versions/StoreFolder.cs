using Signals.Storage.FileSystem;
using Signals.Storage.Tables;

namespace Signals.Storage.Versions;

/// <summary>The folder of one store: the path of each file by its kind and number, and what the folder holds now.</summary>
/// <remarks>
/// Thread contract: immutable; any thread. It opens no file and holds none. The names come from <see cref="StoreFiles"/>.
/// </remarks>
/// <param name="Files">The file system.</param>
/// <param name="Path">The path of the folder.</param>
internal sealed record StoreFolder(IFileSystem Files, string Path)
{
    /// <summary>Path of the file that names the live manifest.</summary>
    public string Current => PathOf(StoreFiles.Current);

    /// <summary>The path of the file of stored definitions.</summary>
    public string Definitions => PathOf(StoreFiles.Definitions);

    /// <summary>Path of the file that the owning process holds open.</summary>
    public string Lock => PathOf(StoreFiles.Lock);

    /// <summary>Path of the folder where segments are checked before they become part of the store.</summary>
    public string Staging => PathOf(StoreFiles.Staging);

    /// <summary>Whether the folder itself exists.</summary>
    public bool Exists => Files.DirectoryExists(Path);

    /// <summary>Path of write-ahead log <paramref name="number"/>.</summary>
    public string Log(ulong number) => PathOf(StoreFiles.Log(number));

    /// <summary>Path of table <paramref name="number"/>.</summary>
    public string Table(ulong number) => PathOf(StoreFiles.Table(number));

    /// <summary>Path of segment <paramref name="number"/>.</summary>
    public string Segment(ulong number) => PathOf(StoreFiles.Segment(number));

    /// <summary>Path of column file <paramref name="number"/>.</summary>
    public string ColumnFile(ulong number) => PathOf(StoreFiles.ColumnFile(number));

    /// <summary>Path of the column file that <paramref name="file"/> describes.</summary>
    public string ColumnFile(ColumnFileMeta file) => ColumnFile(file.Number);

    /// <summary>Path of the file that is a table or holds it.</summary>
    public string FileOf(TableMeta table) => PathOf(StoreFiles.FileOf(table));

    /// <summary>Path of manifest <paramref name="number"/>.</summary>
    public string Manifest(ulong number) => PathOf(StoreFiles.Manifest(number));

    /// <summary>Path of the list of kept versions <paramref name="number"/>.</summary>
    public string Versions(ulong number) => PathOf(StoreFiles.Versions(number));

    /// <summary>Path of a file in the folder.</summary>
    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Whether a path lies in the folder, or would once it exists, whatever names lead there.</summary>
    public bool IsInside(string path)
    {
        if (Files.IdentityOf(Path) is not { } folder)
        {
            return false;
        }

        string? parent = System.IO.Path.GetDirectoryName(System.IO.Path.TrimEndingDirectorySeparator(path));
        while (parent is not null && Files.IdentityOf(parent) != folder)
        {
            parent = System.IO.Path.GetDirectoryName(parent);
        }

        return parent is not null;
    }

    /// <summary>The names of the files in the folder, in no order.</summary>
    public IReadOnlyList<string> ListFiles() => Files.ListFiles(Path);

    /// <summary>The numbers of the files of one kind in the folder, ascending.</summary>
    public ulong[] NumbersOf(StoreFileKind kind)
    {
        List<ulong> numbers = [];
        foreach (string name in ListFiles())
        {
            if (StoreFiles.Classify(name, out ulong number) == kind)
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return [.. numbers];
    }

    /// <summary>The numbers of the logs in the folder, ascending.</summary>
    public ulong[] Logs() => NumbersOf(StoreFileKind.Log);

    /// <summary>
    /// The numbers of the logs from one on and before another, ascending: those of an open store
    /// before its current log are sealed.
    /// </summary>
    public ulong[] LogsBetween(ulong first, ulong current) => [.. Logs().Where(log => log >= first && log < current)];

    /// <summary>Makes the names that were given or taken in the folder durable.</summary>
    public void Sync() => Files.SyncDirectory(Path);
}
