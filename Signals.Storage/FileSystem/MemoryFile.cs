namespace Signals.Storage.FileSystem;

/// <summary>
/// An open file of a <see cref="InMemoryFileSystem"/>; it outlives a rename or a deletion of its name. Thread contract: any thread.
/// </summary>
internal sealed class MemoryFile(string path, MemoryContent content, bool canWrite) : IFile
{
    private volatile bool _disposed;

    public string Path => path;

    public long Length
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return content.Length;
        }
    }

    public int Read(long offset, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return content.Read(offset, destination);
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        RequireWritable();
        content.Write(offset, data);
    }

    public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        RequireWritable();
        content.Write(offset, first);
        content.Write(offset + first.Length, second);
    }

    /// <summary>Nothing survives the process, so there is nothing to do.</summary>
    public void Sync() => ObjectDisposedException.ThrowIf(_disposed, this);

    public void SetLength(long length)
    {
        RequireWritable();
        content.SetLength(length);
    }

    public void Dispose() => _disposed = true;

    private void RequireWritable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!canWrite)
        {
            throw new FileOperationException("write", path, "the file was opened for reading");
        }
    }
}
