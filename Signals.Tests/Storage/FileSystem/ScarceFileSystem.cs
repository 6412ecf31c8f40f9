using Signals.Storage.FileSystem;

namespace Signals.Tests.Storage.FileSystem;

/// <summary>
/// A file system of a process with few handles: counts those that are open, and refuses more than the limit as Linux does. Any
/// thread.
/// </summary>
internal sealed class ScarceFileSystem(IFileSystem files) : IFileSystem
{
    private int _limit = int.MaxValue;
    private int _open;
    private int _most;
    private int _refused;

    /// <summary>Most handles that may be open.</summary>
    public int Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    /// <summary>Files whose handles are closed with an error. Closed they are.</summary>
    public Predicate<string>? FailsToClose { get; set; }

    /// <summary>Handles now.</summary>
    public int OpenNow => Volatile.Read(ref _open);

    /// <summary>Most handles at one moment.</summary>
    public int MostOpen => Volatile.Read(ref _most);

    /// <summary>Operations that were refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public IFile Open(string path, FileOpenMode mode) => new Counted(this, Take("open", path, () => files.Open(path, mode)));

    public bool FileExists(string path) => files.FileExists(path);

    public bool DirectoryExists(string path) => files.DirectoryExists(path);

    public void CreateDirectory(string path) => files.CreateDirectory(path);

    public void Rename(string from, string to) => files.Rename(from, to);

    public bool TryLink(string from, string to) => files.TryLink(from, to);

    public void Delete(string path) => files.Delete(path);

    public void RenameDirectory(string from, string to) => files.RenameDirectory(from, to);

    public void DeleteDirectory(string path) => files.DeleteDirectory(path);

    public void SyncDirectory(string path) => Briefly("open", path, () => files.SyncDirectory(path));

    public IReadOnlyList<string> ListFiles(string directory)
    {
        IReadOnlyList<string> found = [];
        Briefly("opendir", directory, () => found = files.ListFiles(directory));
        return found;
    }

    public FileIdentity? IdentityOf(string path) => files.IdentityOf(path);

    public IReadOnlyList<string> ListDirectories(string directory) => files.ListDirectories(directory);

    public IFileLock Lock(string path) => new CountedLock(this, Take("open", path, () => files.Lock(path)));

    public long AvailableBytes(string directory) => files.AvailableBytes(directory);

    private void Briefly(string operation, string path, Action work)
    {
        _ = Take(operation, path, () =>
        {
            work();
            return true;
        });
        Interlocked.Decrement(ref _open);
    }

    private T Take<T>(string operation, string path, Func<T> work)
    {
        int now = Interlocked.Increment(ref _open);
        try
        {
            if (now > Limit)
            {
                Interlocked.Increment(ref _refused);
                throw LinuxCalls.Error(operation, path, LinuxCalls.Emfile);
            }

            for (int most = MostOpen; now > most && Interlocked.CompareExchange(ref _most, now, most) != most; most = MostOpen)
            {
            }

            return work();
        }
        catch
        {
            Interlocked.Decrement(ref _open);
            throw;
        }
    }

    private sealed class CountedLock(ScarceFileSystem owner, IFileLock held) : IFileLock
    {
        public bool IsHeld => held.IsHeld;

        public void Dispose()
        {
            held.Dispose();
            Interlocked.Decrement(ref owner._open);
        }
    }

    private sealed class Counted(ScarceFileSystem owner, IFile file) : IFile
    {
        private bool _isClosed;

        public string Path => file.Path;

        public long Length => file.Length;

        public int Read(long offset, Span<byte> destination)
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isClosed), this);
            return file.Read(offset, destination);
        }

        public void Write(long offset, ReadOnlySpan<byte> data) => file.Write(offset, data);

        public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => file.Write(offset, first, second);

        public void Sync() => file.Sync();

        public void SetLength(long length) => file.SetLength(length);

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _isClosed, true))
            {
                file.Dispose();
                Interlocked.Decrement(ref owner._open);
                if (owner.FailsToClose?.Invoke(Path) == true)
                {
                    throw new FileOperationException("close", Path, "EIO (planted)");
                }
            }
        }
    }
}
