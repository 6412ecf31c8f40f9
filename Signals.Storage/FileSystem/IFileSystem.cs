namespace Signals.Storage.FileSystem;

/// <summary>
/// The only way in which the engine reaches the disk, so that a simulated disk can replace it. Thread contract: any thread may
/// call any member. A created, renamed or deleted name survives a power cut only after <see cref="SyncDirectory"/> of the folder
/// that contains it. Failures are <see cref="FileOperationException"/>s that name the path, the operation and the system's error.
/// </summary>
internal interface IFileSystem
{
    /// <summary>Opens a file. A new file can be read and written by its owner only (0600).</summary>
    IFile Open(string path, FileOpenMode mode);

    /// <summary>Whether there is a file at this path.</summary>
    bool FileExists(string path);

    /// <summary>Whether there is a directory at this path.</summary>
    bool DirectoryExists(string path);

    /// <summary>
    /// Creates a directory (0700) and its missing parents if it does not exist, and makes the created entries durable.
    /// </summary>
    void CreateDirectory(string path);

    /// <summary>Renames a file, replacing the target in one atomic step.</summary>
    void Rename(string from, string to);

    /// <summary>
    /// Gives a file a second name, without following a symbolic link. The name must be free. Returns false and changes nothing
    /// where the two places or their file system cannot share a file; the caller copies the file then.
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
    /// Takes the lock file of a store and writes the owner into it. The lock is held until the result is disposed or the process
    /// ends.
    /// </summary>
    /// <exception cref="StoreLockedException">
    /// Another open store holds the lock; the message names the owner.
    /// </exception>
    /// <exception cref="FileOperationException">The path holds a file that is not a lock file; it is not changed.</exception>
    IFileLock Lock(string path);

    /// <summary>The file or folder that a path leads to after links are followed; null when there is none.</summary>
    FileIdentity? IdentityOf(string path);

    /// <summary>The names (not paths) of the folders in a directory, in no particular order.</summary>
    IReadOnlyList<string> ListDirectories(string directory);

    /// <summary>The bytes that this process may still write to the disk that holds <paramref name="directory"/>.</summary>
    long AvailableBytes(string directory);
}
