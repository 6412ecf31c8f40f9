using Signals.Storage.FileSystem;

namespace Signals.Tests.Storage.Engine.Following;

/// <summary>
/// The files of a store as its reader sees them, where something else may happen before and after each look: what another process does
/// between two system calls. Threads: one.
/// </summary>
internal sealed class MeddlingFiles(IFileSystem inner) : IFileSystem
{
    /// <summary>What happens; null for nothing.</summary>
    public Action? Meddle { get; set; }

    /// <summary>What a list of files leaves out, as one may while files come; null for nothing.</summary>
    public Predicate<string>? Hides { get; set; }

    public IFile Open(string path, FileOpenMode mode)
    {
        Meddle?.Invoke();
        return new MeddlingFile(this, inner.Open(path, mode));
    }

    public bool FileExists(string path)
    {
        Meddle?.Invoke();
        return inner.FileExists(path);
    }

    public bool DirectoryExists(string path) => inner.DirectoryExists(path);

    public void CreateDirectory(string path) => throw new InvalidOperationException("A reader makes a folder.");

    public void Rename(string from, string to) => throw new InvalidOperationException("A reader renames a file.");

    public bool TryLink(string from, string to) => throw new InvalidOperationException("A reader links a file.");

    public void Delete(string path) => throw new InvalidOperationException("A reader deletes a file.");

    public void RenameDirectory(string from, string to) => throw new InvalidOperationException("A reader renames a folder.");

    public void DeleteDirectory(string path) => throw new InvalidOperationException("A reader deletes a folder.");

    public void SyncDirectory(string path) => throw new InvalidOperationException("A reader syncs a folder.");

    public IReadOnlyList<string> ListFiles(string directory)
    {
        Meddle?.Invoke();
        IReadOnlyList<string> names = inner.ListFiles(directory);
        Meddle?.Invoke();
        return Hides is { } hides ? [.. names.Where(name => !hides(name))] : names;
    }

    public IFileLock Lock(string path) => throw new InvalidOperationException("A reader takes a lock.");

    public FileIdentity? IdentityOf(string path)
    {
        Meddle?.Invoke();
        return inner.IdentityOf(path);
    }

    public IReadOnlyList<string> ListDirectories(string directory) => inner.ListDirectories(directory);

    public long AvailableBytes(string directory) => inner.AvailableBytes(directory);

    private sealed class MeddlingFile(MeddlingFiles owner, IFile file) : IFile
    {
        public string Path => file.Path;

        public long Length => file.Length;

        public int Read(long offset, Span<byte> destination)
        {
            owner.Meddle?.Invoke();
            return file.Read(offset, destination);
        }

        public void Write(long offset, ReadOnlySpan<byte> data) => throw new InvalidOperationException("A reader writes.");

        public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
            throw new InvalidOperationException("A reader writes.");

        public void Sync() => throw new InvalidOperationException("A reader syncs.");

        public void SetLength(long length) => throw new InvalidOperationException("A reader cuts a file.");

        public void Dispose() => file.Dispose();
    }
}
