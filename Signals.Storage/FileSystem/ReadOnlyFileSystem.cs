namespace Signals.Storage.FileSystem;

/// <summary>
/// A file system that only reads: whatever would change a file, a name or a lock is refused before it reaches the disk. So code that is
/// shared with a store that writes cannot change a folder that belongs to another process.
/// </summary>
/// <remarks>Thread contract: any thread; stateless. A refused call is a bug of the caller.</remarks>
/// <param name="files">What is read.</param>
internal sealed class ReadOnlyFileSystem(IFileSystem files) : IFileSystem
{
    public IFile Open(string path, FileOpenMode mode) => mode is FileOpenMode.Read or FileOpenMode.ReadForeign
        ? files.Open(path, mode)
        : throw Refused("open for writing", path);

    public bool FileExists(string path) => files.FileExists(path);

    public bool DirectoryExists(string path) => files.DirectoryExists(path);

    public void CreateDirectory(string path) => throw Refused("mkdir", path);

    public void Rename(string from, string to) => throw Refused("rename", from);

    public bool TryLink(string from, string to) => throw Refused("link", to);

    public void Delete(string path) => throw Refused("delete", path);

    public void RenameDirectory(string from, string to) => throw Refused("rename", from);

    public void DeleteDirectory(string path) => throw Refused("rmdir", path);

    public void SyncDirectory(string path) => throw Refused("sync", path);

    public IReadOnlyList<string> ListFiles(string directory) => files.ListFiles(directory);

    public IFileLock Lock(string path) => throw Refused("lock", path);

    public FileIdentity? IdentityOf(string path) => files.IdentityOf(path);

    public IReadOnlyList<string> ListDirectories(string directory) => files.ListDirectories(directory);

    public long AvailableBytes(string directory) => files.AvailableBytes(directory);

    private static InvalidOperationException Refused(string operation, string path) =>
        new($"The {operation} of '{path}' was refused: the folder was opened read-only.");
}
