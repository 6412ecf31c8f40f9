namespace Signals.Storage.FileSystem;

/// <summary>
/// A file for reading. It has a handle while it is used, and keeps it as long as the pool has room. Every handle expects scattered
/// reads: a read of a user takes one block, and who goes through a file says so with <see cref="IFile.BeginRead"/>.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Invariant: the file is always opened under the name that it was first opened with, so the name
/// must stay until the file is disposed.
/// </remarks>
internal sealed class PooledFile : IFile
{
    private readonly HandlePool _pool;
    private readonly IFileSystem _files;
    private readonly Func<IFile> _open;

    /// <summary>Opens the file.</summary>
    /// <param name="pool">Bounds the number of handles.</param>
    /// <param name="first">Opens the file now.</param>
    /// <param name="later">Opens the file again after it gave up its handle.</param>
    /// <param name="path">The path of the file.</param>
    public PooledFile(HandlePool pool, IFileSystem first, IFileSystem later, string path)
    {
        _pool = pool;
        _files = later;
        Path = path;
        _open = OpenAgain;
        pool.Enter(this, () => OpenFor(first));
        pool.Exit(this);
    }

    public string Path { get; }

    public long Length
    {
        get
        {
            IFile handle = _pool.Enter(this, _open);
            try
            {
                return handle.Length;
            }
            finally
            {
                _pool.Exit(this);
            }
        }
    }

    /// <summary>The handle; null when the file has none. The pool's lock guards this and all members below.</summary>
    internal IFile? Handle { get; set; }

    /// <summary>How many readers use the handle now.</summary>
    internal int Users { get; set; }

    /// <summary>The index of the file in the pool's ring while it has a handle.</summary>
    internal int Place { get; set; }

    /// <summary>Whether the file was used since the pool last looked at it.</summary>
    internal bool IsReferenced { get; set; }

    /// <summary>Whether the file was disposed.</summary>
    internal bool IsClosed { get; set; }

    /// <inheritdoc/>
    /// <exception cref="HandlesExhaustedException">The file has no handle, and none can be opened.</exception>
    public int Read(long offset, Span<byte> destination)
    {
        IFile handle = _pool.Enter(this, _open);
        try
        {
            return handle.Read(offset, destination);
        }
        finally
        {
            _pool.Exit(this);
        }
    }

    /// <inheritdoc/>
    public void BeginRead(long offset, long length)
    {
        IFile handle;
        try
        {
            handle = _pool.Enter(this, _open);
        }
        catch (Exception error) when (error is HandlesExhaustedException or FileOperationException)
        {
            return; // nothing was promised; a read that needs the file meets the error
        }

        try
        {
            handle.BeginRead(offset, length);
        }
        finally
        {
            _pool.Exit(this);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> data) => throw new NotSupportedException();

    public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => throw new NotSupportedException();

    public void Sync() => throw new NotSupportedException();

    public void SetLength(long length) => throw new NotSupportedException();

    public void Dispose() => _pool.Close(this);

    private IFile OpenFor(IFileSystem files)
    {
        IFile handle = files.Open(Path, FileOpenMode.Read);
        handle.ExpectScatteredReads();
        return handle;
    }

    // A reader does not wait until other code closes files. But it closes the idle handles of the pool and tries once more.
    private IFile OpenAgain()
    {
        try
        {
            return OpenFor(_files);
        }
        catch (FileOperationException error) when (HandleShortage.IsCauseOf(error))
        {
            _pool.ReleaseIdle();
        }

        try
        {
            return OpenFor(_files);
        }
        catch (FileOperationException error) when (HandleShortage.IsCauseOf(error))
        {
            throw new HandlesExhaustedException(Path, error);
        }
    }
}
