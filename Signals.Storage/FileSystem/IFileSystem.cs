namespace Signals.Storage.FileSystem;

/// <summary>
/// The one seam through which the engine reaches the disk, so that a simulated disk can take its place. Threads: every member may be
/// called from any thread. A created, renamed or deleted name survives a power cut only after <see cref="SyncDirectory"/> of the
/// folder that holds it. Failures are <see cref="FileOperationException"/>s that name the path, the operation and the system's error.
/// </summary>
internal interface IFileSystem
{
    /// <summary>Opens a file; a new one is readable by its owner alone (0600).</summary>
    IFile Open(string path, FileOpenMode mode);

    /// <summary>Whether a file of this path exists.</summary>
    bool FileExists(string path);

    /// <summary>Whether a directory of this path exists.</summary>
    bool DirectoryExists(string path);

    /// <summary>
    /// Creates a directory (0700) with its missing parents when it does not exist, and makes the created entries durable.
    /// </summary>
    void CreateDirectory(string path);

    /// <summary>Renames a file, replacing the target in one atomic step.</summary>
    void Rename(string from, string to);

    /// <summary>
    /// Gives a file a second name, which is free, without following a symbolic link. False, and nothing changed, where the two places
    /// or their file system cannot share a file; the caller copies then.
    /// </summary>
    bool TryLink(string from, string to);

    /// <summary>Deletes a file; an absent file is an error.</summary>
    void Delete(string path);

    /// <summary>Renames a directory in one atomic step. The target must not exist.</summary>
    void RenameDirectory(string from, string to);

    /// <summary>Deletes an empty directory.</summary>
    void DeleteDirectory(string path);

    /// <summary>Makes the names in a directory durable.</summary>
    void SyncDirectory(string path);

    /// <summary>The names (not paths) of the files in a directory, in no particular order.</summary>
    IReadOnlyList<string> ListFiles(string directory);

    /// <summary>
    /// Takes the lock file of a store until the result is disposed or the process ends, and writes the owner into it.
    /// </summary>
    /// <exception cref="Core.Model.StoreLockedException">Another open store holds it; the message names the owner.</exception>
    /// <exception cref="FileOperationException">A file is there that no owner of a lock wrote; it stays as it is.</exception>
    IFileLock Lock(string path);

    /// <summary>Which file or folder a path leads to, links followed; null when there is none.</summary>
    FileIdentity? IdentityOf(string path);

    /// <summary>The names (not paths) of the folders in a directory, in no particular order.</summary>
    IReadOnlyList<string> ListDirectories(string directory);

    /// <summary>The bytes that this process may still write to the disk that holds <paramref name="directory"/>.</summary>
    long AvailableBytes(string directory);
}
