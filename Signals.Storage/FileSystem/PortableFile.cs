namespace Signals.Storage.FileSystem;

/// <summary>
/// A file through the base class library, for systems other than Linux. Thread contract: as <see cref="IFile"/> says. Owns the
/// stream, which only holds the handle: nothing is buffered.
/// </summary>
internal sealed class PortableFile(FileStream stream, string path) : IFile
{
    public string Path => path;

    public long Length => LibraryCalls.Run("length", path, () => RandomAccess.GetLength(stream.SafeFileHandle));

    public int Read(long offset, Span<byte> destination)
    {
        int done = 0;
        while (done < destination.Length)
        {
            int count = ReadSome(offset + done, destination[done..]);
            if (count == 0)
            {
                break;
            }

            done += count;
        }

        return done;
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        try
        {
            RandomAccess.Write(stream.SafeFileHandle, data, offset);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FileOperationException("write", path, exception.Message, exception);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Write(offset, first);
        Write(offset + first.Length, second);
    }

    public void Sync() => LibraryCalls.Run("sync", path, () => RandomAccess.FlushToDisk(stream.SafeFileHandle));

    public void SetLength(long length) => LibraryCalls.Run("truncate", path, () => RandomAccess.SetLength(stream.SafeFileHandle, length));

    public void Dispose() => stream.Dispose();

    private int ReadSome(long offset, Span<byte> destination)
    {
        try
        {
            return RandomAccess.Read(stream.SafeFileHandle, destination, offset);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FileOperationException("read", path, error.Message, error);
        }
    }
}
