namespace Signals.Storage.FileSystem;

/// <summary>
/// Keeps files of a folder open, so that they can be read by their names although another process deletes or replaces these names
/// meanwhile. Everything else goes to the file system as it is.
/// </summary>
/// <remarks>
/// Thread contract: <see cref="Hold"/> by one thread, before the files are used; then any thread. Lifetime: of one long operation;
/// disposing closes the files.
/// </remarks>
/// <param name="files">The file system.</param>
internal sealed class HeldFiles(IFileSystem files) : IFileSystem, IDisposable
{
    private readonly Dictionary<string, IFile> _held = new(StringComparer.Ordinal);

    /// <summary>Opens a file and keeps it.</summary>
    /// <exception cref="FileOperationException">It cannot be opened; it may be gone.</exception>
    public void Hold(string path)
    {
        if (!_held.ContainsKey(path))
        {
            _held.Add(path, files.Open(path, FileOpenMode.Read));
        }
    }

    public IFile Open(string path, FileOpenMode mode) =>
        mode == FileOpenMode.Read && _held.TryGetValue(path, out IFile? held) ? new Part(held) : files.Open(path, mode);

    public bool FileExists(string path) => _held.ContainsKey(path) || files.FileExists(path);

    public bool DirectoryExists(string path) => files.DirectoryExists(path);

    public void CreateDirectory(string path) => files.CreateDirectory(path);

    public void Rename(string from, string to) => files.Rename(from, to);

    /// <inheritdoc/>
    /// <remarks>A held file whose name is gone cannot be shared any more; the caller copies it from the open handle.</remarks>
    public bool TryLink(string from, string to)
    {
        try
        {
            return files.TryLink(from, to);
        }
        catch (FileOperationException) when (_held.ContainsKey(from) && !files.FileExists(to))
        {
            return false;
        }
    }

    public void Delete(string path) => files.Delete(path);

    public void RenameDirectory(string from, string to) => files.RenameDirectory(from, to);

    public void DeleteDirectory(string path) => files.DeleteDirectory(path);

    public void SyncDirectory(string path) => files.SyncDirectory(path);

    public IReadOnlyList<string> ListFiles(string directory) => files.ListFiles(directory);

    public IFileLock Lock(string path) => files.Lock(path);

    public FileIdentity? IdentityOf(string path) => files.IdentityOf(path);

    public IReadOnlyList<string> ListDirectories(string directory) => files.ListDirectories(directory);

    public long AvailableBytes(string directory) => files.AvailableBytes(directory);

    public void Dispose()
    {
        foreach (IFile file in _held.Values)
        {
            file.Dispose();
        }

        _held.Clear();
    }

    // Closing it leaves the held file open.
    private sealed class Part(IFile file) : IFile
    {
        public string Path => file.Path;

        public long Length => file.Length;

        public int Read(long offset, Span<byte> destination) => file.Read(offset, destination);

        public void ExpectScatteredReads() => file.ExpectScatteredReads();

        public void BeginRead(long offset, long length) => file.BeginRead(offset, length);

        public void Write(long offset, ReadOnlySpan<byte> data) => throw new NotSupportedException();

        public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => throw new NotSupportedException();

        public void Sync() => throw new NotSupportedException();

        public void SetLength(long length) => throw new NotSupportedException();

        public void Dispose()
        {
            // The holder closes the file.
        }
    }
}
