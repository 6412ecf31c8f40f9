using Microsoft.Win32.SafeHandles;

namespace Signals.Storage.FileSystem;

/// <summary>
/// A file that uses <c>pread</c>, <c>pwrite</c>, <c>pwritev</c> and <c>fdatasync</c>, because the base class library swallows
/// sync errors on Linux. Thread contract: as <see cref="IFile"/> says. An interrupted call is repeated; every other error is
/// thrown at once.
/// </summary>
internal sealed unsafe class LinuxFile(SafeFileHandle handle, string path) : IFile
{
    public string Path => path;

    public long Length
    {
        get
        {
            long length = LinuxCalls.LSeek(handle, 0, LinuxCalls.SeekEnd);
            return length >= 0 ? length : throw LinuxCalls.LastError("lseek", path);
        }
    }

    public int Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int done = 0;
        fixed (byte* start = destination)
        {
            while (done < destination.Length)
            {
                nint count = LinuxCalls.PRead(handle, start + done, destination.Length - done, offset + done);
                if (count > 0)
                {
                    done += (int)count;
                }
                else if (count == 0)
                {
                    break;
                }
                else if (!LinuxCalls.WasInterrupted)
                {
                    throw LinuxCalls.LastError("pread", path);
                }
            }
        }

        return done;
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int done = 0;
        fixed (byte* start = data)
        {
            while (done < data.Length)
            {
                done += Accepted("pwrite", LinuxCalls.PWrite(handle, start + done, data.Length - done, offset + done));
            }
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int done = 0;
        fixed (byte* firstStart = first, secondStart = second)
        {
            IoVector* vectors = stackalloc IoVector[2];
            while (done < first.Length)
            {
                vectors[0] = new IoVector { Start = firstStart + done, Length = first.Length - done };
                vectors[1] = new IoVector { Start = secondStart, Length = second.Length };
                done += Accepted("pwritev", LinuxCalls.PWriteV(handle, vectors, 2, offset + done));
            }
        }

        Write(offset + done, second[(done - first.Length)..]);
    }

    public void Sync()
    {
        while (LinuxCalls.FDataSync(handle) != 0)
        {
            if (!LinuxCalls.WasInterrupted)
            {
                throw LinuxCalls.LastError("fdatasync", path);
            }
        }
    }

    // It neither waits for the device nor takes a device's error away from fdatasync, so its result means nothing.
    public void BeginWriteBack(long offset, long length) =>
        _ = LinuxCalls.SyncFileRange(handle, offset, length, LinuxCalls.SyncFileRangeWrite);

    // Advice changes what the system reads ahead, never what a read returns, so the result of these two calls means nothing.
    public void ExpectScatteredReads() => _ = LinuxCalls.FAdvise(handle, 0, 0, LinuxCalls.AdviseRandom);

    public void BeginRead(long offset, long length)
    {
        if (length > 0) // to the system 0 means the rest of the file
        {
            _ = LinuxCalls.FAdvise(handle, offset, length, LinuxCalls.AdviseWillNeed);
        }
    }

    public void SetLength(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        while (LinuxCalls.FTruncate(handle, length) != 0)
        {
            if (!LinuxCalls.WasInterrupted)
            {
                throw LinuxCalls.LastError("ftruncate", path);
            }
        }
    }

    public void Dispose() => handle.Dispose();

    private int Accepted(string operation, nint count)
    {
        if (count > 0)
        {
            return (int)count;
        }

        // A write that accepts no byte and reports no error would be repeated for ever, so it counts as an I/O error.
        return count == 0 ? throw LinuxCalls.Error(operation, path, LinuxCalls.Eio)
            : LinuxCalls.WasInterrupted ? 0
            : throw LinuxCalls.LastError(operation, path);
    }
}
