namespace Signals.Storage.FileSystem;

/// <summary>
/// A file system that waits, and reports it, while the process or the system has no file handle left. Any code in the process can
/// cause such a shortage, so it must not fail a store. Every operation that needs a handle is repeated until it gets one.
/// </summary>
/// <remarks>
/// Thread contract: any thread; a waiting thread keeps the locks that its caller holds. Only operations that have changed nothing
/// are repeated: without a handle they never began. Lifetime: that of a store. While the store is opened, the wait has a limit.
/// After that it ends only with <see cref="Stop"/>; a thread that waits then gets the system's own error.
/// </remarks>
internal sealed class PatientFileSystem(IFileSystem files, HandlePool pool, TimeSpan openingLimit) : IFileSystem, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly ManualResetEventSlim _stopped = new(initialState: false);
    private volatile bool _isOpening = true;

    /// <summary>Raised when a wait begins, with the path that is waited for.</summary>
    public event Action<string>? ShortageBegan;

    /// <summary>Raised when that wait ends, on the same thread, with the time that it paused.</summary>
    public event Action<TimeSpan>? ShortageEnded;

    /// <summary>The handles of the tables.</summary>
    public HandlePool Handles => pool;

    /// <summary>
    /// The same files, for tables. Tables give up their idle handles before a thread waits. A read of an open table does not wait
    /// for a handle, because its caller may not have the time.
    /// </summary>
    public IFileSystem ForTables() => new PooledFileSystem(this, files, pool);

    /// <summary>Says that the store is open: from now on a wait has no limit other than <see cref="Stop"/>.</summary>
    public void EndOpening() => _isOpening = false;

    /// <summary>Ends every wait, now and later, because the store closes.</summary>
    public void Stop() => _stopped.Set();

    public IFile Open(string path, FileOpenMode mode) => Patiently(path, () => files.Open(path, mode));

    public bool FileExists(string path) => files.FileExists(path);

    public bool DirectoryExists(string path) => files.DirectoryExists(path);

    public void CreateDirectory(string path) => Patiently(path, () => files.CreateDirectory(path));

    public void Rename(string from, string to) => files.Rename(from, to);

    public bool TryLink(string from, string to) => files.TryLink(from, to);

    public void Delete(string path) => files.Delete(path);

    public void RenameDirectory(string from, string to) => files.RenameDirectory(from, to);

    public void DeleteDirectory(string path) => files.DeleteDirectory(path);

    public void SyncDirectory(string path) => Patiently(path, () => files.SyncDirectory(path));

    public IReadOnlyList<string> ListFiles(string directory) => Patiently(directory, () => files.ListFiles(directory));

    public IFileLock Lock(string path) => Patiently(path, () => files.Lock(path));

    public FileIdentity? IdentityOf(string path) => files.IdentityOf(path);

    public IReadOnlyList<string> ListDirectories(string directory) => Patiently(directory, () => files.ListDirectories(directory));

    public long AvailableBytes(string directory) => files.AvailableBytes(directory);

    /// <summary>
    /// Ends every wait. The event itself is not disposed, because a thread that is about to wait still needs it.
    /// </summary>
    public void Dispose() => Stop();

    private void Patiently(string path, Action work) => Patiently(path, () =>
    {
        work();
        return true;
    });

    private T Patiently<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (FileOperationException error) when (HandleShortage.IsCauseOf(error))
        {
            pool.ReleaseIdle();
            return WaitFor(path, work);
        }
    }

    private T WaitFor<T>(string path, Func<T> work)
    {
        TimeSpan waited = TimeSpan.Zero;
        TimeSpan pause = FirstPause;
        bool isTold = false;
        try
        {
            while (true)
            {
                try
                {
                    return work();
                }
                catch (FileOperationException error) when (HandleShortage.IsCauseOf(error) && !_stopped.IsSet)
                {
                    if (_isOpening && waited >= openingLimit)
                    {
                        throw new HandlesExhaustedException(path, error);
                    }
                }

                if (!isTold)
                {
                    isTold = true;
                    ShortageBegan?.Invoke(path);
                }

                _stopped.Wait(pause);
                waited += pause;
                pause = pause < LongestPause ? 2 * pause : LongestPause;
                pool.ReleaseIdle();
            }
        }
        finally
        {
            if (isTold)
            {
                ShortageEnded?.Invoke(waited);
            }
        }
    }
}
