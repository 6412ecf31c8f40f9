namespace Signals.Storage.FileSystem;

/// <summary>A file system whose files for reading share the handles of a pool. Everything else is passed on.</summary>
/// <remarks>Thread contract: any thread. Owns nothing.</remarks>
/// <param name="files">Does everything but the reads of open files. It may wait while handles are short.</param>
/// <param name="reads">Opens a file again for a read; it does not wait.</param>
/// <param name="pool">Bounds the number of handles.</param>
internal sealed class PooledFileSystem(IFileSystem files, IFileSystem reads, HandlePool pool) : IFileSystem
{
    public IFile Open(string path, FileOpenMode mode) =>
        mode == FileOpenMode.Read ? new PooledFile(pool, files, reads, path) : files.Open(path, mode);

    public bool FileExists(string path) => files.FileExists(path);

    public bool DirectoryExists(string path) => files.DirectoryExists(path);

    public void CreateDirectory(string path) => files.CreateDirectory(path);

    public void Rename(string from, string to) => files.Rename(from, to);

    public bool TryLink(string from, string to) => files.TryLink(from, to);

    public void Delete(string path) => files.Delete(path);

    public void RenameDirectory(string from, string to) => files.RenameDirectory(from, to);

    public void DeleteDirectory(string path) => files.DeleteDirectory(path);

    public void SyncDirectory(string path) => files.SyncDirectory(path);

    public IReadOnlyList<string> ListFiles(string directory) => files.ListFiles(directory);

    public IFileLock Lock(string path) => files.Lock(path);

    public FileIdentity? IdentityOf(string path) => files.IdentityOf(path);

    public IReadOnlyList<string> ListDirectories(string directory) => files.ListDirectories(directory);

    public long AvailableBytes(string directory) => files.AvailableBytes(directory);
}
