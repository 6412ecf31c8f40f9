using Signals.Core.Model;

namespace Signals.Storage.FileSystem;

/// <summary>A file for reading that has a handle only while it is used, and as long as the pool has room.</summary>
/// <remarks>Thread contract: any thread. Invariant: it is read under the name that it was opened with, which stays until it is disposed.</remarks>
internal sealed class PooledFile : IFile
{
    private readonly HandlePool _pool;
    private readonly IFileSystem _files;
    private readonly Func<IFile> _open;

    /// <summary>Opens the file.</summary>
    /// <param name="pool">Bounds the handles.</param>
    /// <param name="first">Opens it now.</param>
    /// <param name="later">Opens it again after it gave up its handle.</param>
    /// <param name="path">Where it is.</param>
    public PooledFile(HandlePool pool, IFileSystem first, IFileSystem later, string path)
    {
        _pool = pool;
        _files = later;
        Path = path;
        _open = OpenAgain;
        pool.Enter(this, () => first.Open(path, FileOpenMode.Read));
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

    /// <summary>The handle; null when it has none. Guarded by the pool, as is all below.</summary>
    internal IFile? Handle { get; set; }

    /// <summary>Readers that use the handle.</summary>
    internal int Users { get; set; }

    /// <summary>Where it is in the pool's ring while it has a handle.</summary>
    internal int Place { get; set; }

    /// <summary>Whether it was used since the pool looked at it last.</summary>
    internal bool IsReferenced { get; set; }

    /// <summary>Whether it was disposed.</summary>
    internal bool IsClosed { get; set; }

    /// <inheritdoc/>
    /// <exception cref="HandlesExhaustedException">It has no handle, and there is none to be had.</exception>
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

    public void Write(long offset, ReadOnlySpan<byte> data) => throw new NotSupportedException();

    public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => throw new NotSupportedException();

    public void Sync() => throw new NotSupportedException();

    public void SetLength(long length) => throw new NotSupportedException();

    public void Dispose() => _pool.Close(this);

    // A reader does not wait for others to close their files; but what the store itself can spare, it gives.
    private IFile OpenAgain()
    {
        try
        {
            return _files.Open(Path, FileOpenMode.Read);
        }
        catch (FileOperationException error) when (HandleShortage.IsCauseOf(error))
        {
            _pool.ReleaseIdle();
        }

        try
        {
            return _files.Open(Path, FileOpenMode.Read);
        }
        catch (FileOperationException error) when (HandleShortage.IsCauseOf(error))
        {
            throw new HandlesExhaustedException(Path, error);
        }
    }
}
