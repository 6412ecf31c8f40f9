using Signals.Storage.FileSystem;

namespace Signals.Storage.Versions;

/// <summary>
/// Tells whether a folder holds a store or is free for a new one, before anything is written into it, including the lock file. It
/// only reads. Thread contract: the opening thread, without the lock of the store.
/// </summary>
internal static class FolderOwnership
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
    public static void Require(StoreFolder folder)
    {
        if (!folder.Exists)
        {
            return;
        }

        // A store that another process makes meanwhile has its CURRENT before anything that would be called foreign or orphaned.
        if (!Manifest.Exists(folder) && FindObstacle(folder) is Exception obstacle && !Manifest.Exists(folder))
        {
            throw obstacle;
        }

        if (Manifest.Exists(folder))
        {
            CurrentFile.Read(folder);
        }
    }

    private static Exception? FindObstacle(StoreFolder folder)
    {
        string[] names = [.. folder.ListFiles().Order(StringComparer.Ordinal)];
        if (Array.Find(names, name => IsOrphan(folder, name)) is { } orphan)
        {
            return new CorruptionException(
                folder.Current,
                0,
                $"A new store cannot be created here: the folder already holds '{orphan}'. Restore CURRENT or choose an empty folder.");
        }

        string lockFile = folder.Lock;
        bool isBegun = names.Contains(StoreFiles.Lock) && LockOwner.IsOurs(folder.Files, lockFile, out bool isNamed) && isNamed;
        string? foreign = Array.Find(names, name => !IsBeginning(folder, name, isBegun))
            ?? folder.Files.ListDirectories(folder.Path).Order(StringComparer.Ordinal)
                .FirstOrDefault(name => name != LostAndFound && !IsEmptyStaging(folder, name));
        return foreign is null ? null : new ForeignFolderException(folder.Path, foreign);
    }

    private static bool IsEmptyStaging(StoreFolder folder, string name)
    {
        string path = folder.PathOf(name);
        return name == StoreFiles.Staging && folder.Files.ListFiles(path).Count == 0 && folder.Files.ListDirectories(path).Count == 0;
    }

    // Such a file belongs to a store that lost its CURRENT, because tables and logs are written only after the first CURRENT is
    // durable. A second manifest proves nothing: when the sync of the folder failed after the first CURRENT, the next opening
    // writes a manifest before it syncs the folder.
    private static bool IsOrphan(StoreFolder folder, string name)
    {
        StoreFileKind kind = StoreFiles.Classify(name, out _);
        bool isLater = kind
            is StoreFileKind.Table or StoreFileKind.Segment or StoreFileKind.ColumnFile or StoreFileKind.Log or StoreFileKind.Versions
            or StoreFileKind.Definitions;
        return isLater && OwnContent.IsIn(folder.Files, folder.PathOf(name));
    }

    /// <summary>Whether a file may be a leftover of the creation of a store.</summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="name">The file.</param>
    /// <param name="isBegun">Whether a lock file names an owner. Then files that a power cut tore are also leftovers.</param>
    private static bool IsBeginning(StoreFolder folder, string name, bool isBegun)
    {
        string path = folder.PathOf(name);
        return StoreFiles.Classify(name, out _) switch
        {
            StoreFileKind.Lock => LockOwner.IsOurs(folder.Files, path, out _),
            StoreFileKind.Manifest or StoreFileKind.Temporary => isBegun || OwnContent.IsIn(folder.Files, path),
            _ => false,
        };
    }
}
