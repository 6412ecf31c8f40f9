using Signals.Core.Model;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Versions;

/// <summary>
/// Tells whether a folder holds a store or is free for a new one, before anything is written into it, including the lock file. It
/// only reads. Thread contract: the opening thread, without the lock of the store.
/// </summary>
internal static class StoreFolder
{
    // A folder that a file system creates in a new volume.
    private const string LostAndFound = "lost+found";

    /// <summary>
    /// Returns when the folder does not exist, is empty, holds a store, or holds only the leftovers of an interrupted creation of
    /// a store.
    /// </summary>
    /// <exception cref="ForeignFolderException">The folder holds something else and no store.</exception>
    /// <exception cref="CorruptionException">
    /// The <c>CURRENT</c> file is damaged, or is missing although the folder holds other files of a store.
    /// </exception>
    public static void RequireOurs(IFileSystem files, string directory)
    {
        if (!files.DirectoryExists(directory))
        {
            return;
        }

        if (Manifest.Exists(files, directory))
        {
            CurrentFile.Read(files, directory);
            return;
        }

        string[] names = [.. files.ListFiles(directory).Order(StringComparer.Ordinal)];
        if (Array.Find(names, name => IsOrphan(files, directory, name)) is { } orphan)
        {
            throw new CorruptionException(
                Path.Combine(directory, StoreFiles.Current),
                0,
                $"A new store cannot be created here: the folder already holds '{orphan}'. Restore CURRENT or choose an empty folder.");
        }

        string lockFile = Path.Combine(directory, StoreFiles.Lock);
        bool isBegun = names.Contains(StoreFiles.Lock) && LockOwner.IsOurs(files, lockFile, out bool isNamed) && isNamed;
        string? foreign = Array.Find(names, name => !IsBeginning(files, directory, name, isBegun))
            ?? files.ListDirectories(directory).Order(StringComparer.Ordinal)
                .FirstOrDefault(name => name != LostAndFound && !IsEmptyStaging(files, directory, name));
        if (foreign is not null)
        {
            throw new ForeignFolderException(directory, foreign);
        }
    }

    private static bool IsEmptyStaging(IFileSystem files, string directory, string name)
    {
        string path = Path.Combine(directory, name);
        return name == StoreFiles.Staging && files.ListFiles(path).Count == 0 && files.ListDirectories(path).Count == 0;
    }

    // Such a file belongs to a store that lost its CURRENT, because tables and logs are written only after the first CURRENT is
    // durable. A second manifest proves nothing: when the sync of the folder failed after the first CURRENT, the next opening
    // writes a manifest before it syncs the folder.
    private static bool IsOrphan(IFileSystem files, string directory, string name)
    {
        StoreFileKind kind = StoreFiles.Classify(name, out _);
        bool isLater = kind
            is StoreFileKind.Table or StoreFileKind.Segment or StoreFileKind.ColumnFile or StoreFileKind.Log or StoreFileKind.Versions;
        return isLater && OwnContent.IsIn(files, Path.Combine(directory, name));
    }

    /// <summary>Whether a file may be a leftover of the creation of a store.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The folder.</param>
    /// <param name="name">The file.</param>
    /// <param name="isBegun">Whether a lock file names an owner. Then files that a power cut tore are also leftovers.</param>
    private static bool IsBeginning(IFileSystem files, string directory, string name, bool isBegun)
    {
        string path = Path.Combine(directory, name);
        return StoreFiles.Classify(name, out _) switch
        {
            StoreFileKind.Lock => LockOwner.IsOurs(files, path, out _),
            StoreFileKind.Manifest or StoreFileKind.Temporary => isBegun || OwnContent.IsIn(files, path),
            _ => false,
        };
    }
}
