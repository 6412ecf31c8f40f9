using Signals.Storage.FileSystem;

namespace Signals.Tests.Simulation;

/// <summary>An open file of a <see cref="SimFileSystem"/>; it outlives a rename or delete of its name. Threads: any.</summary>
internal sealed class SimFile(SimFileSystem files, string path, int inode, bool canWrite) : IFile
{
    private volatile bool _disposed;

    public string Path => path;

    public long Length
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return files.LengthOf(inode);
        }
    }

    public int Read(long offset, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return files.Read(path, inode, offset, destination);
    }

    public void BeginRead(long offset, long length) => files.AskedAhead?.Invoke(path, offset, length);

    public void Write(long offset, ReadOnlySpan<byte> data) => Write(offset, data, default);

    public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        byte[]? data = null;
        if (first.ContainsAnyExcept((byte)0) || second.ContainsAnyExcept((byte)0))
        {
            data = new byte[first.Length + second.Length];
            first.CopyTo(data);
            second.CopyTo(data.AsSpan(first.Length));
        }

        Apply(new SimOperation(
            SimOperationKind.Write, path, Inode: inode, Offset: offset, Length: first.Length + second.Length, Data: data));
    }

    public void Sync()
    {
        files.BeforeSync?.Invoke();
        Apply(new SimOperation(SimOperationKind.Sync, path, Inode: inode));
    }

    public void SetLength(long length) =>
        Apply(new SimOperation(SimOperationKind.SetLength, path, Inode: inode, Length: length));

    public void Dispose() => _disposed = true;

    private void Apply(in SimOperation operation)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!canWrite && operation.Kind != SimOperationKind.Sync)
        {
            throw new FileOperationException("write", path, "EBADF (simulated: opened for reading)");
        }

        files.Apply(operation);
    }
}
