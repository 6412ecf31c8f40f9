namespace Signals.Storage.FileSystem;

/// <summary>
/// An open file, addressed by offset. Thread contract: reads and <see cref="Sync"/> may run concurrently, also with a write to
/// other bytes; writes and <see cref="SetLength"/> belong to one thread at a time. Any failure is a
/// <see cref="FileOperationException"/> that names the path, the operation and the system's error. After a failed write or sync
/// the durable content of the file is unknown: the caller stops using the file and never repeats the call.
/// </summary>
internal interface IFile : IDisposable
{
    /// <summary>The path that the file was opened with.</summary>
    string Path { get; }

    /// <summary>The length in bytes, asked from the system at each call.</summary>
    long Length { get; }

    /// <summary>
    /// Fills <paramref name="destination"/> from <paramref name="offset"/>. Reads less only when the file ends before that.
    /// </summary>
    /// <returns>The number of bytes read.</returns>
    int Read(long offset, Span<byte> destination);

    /// <summary>Writes all of <paramref name="data"/> at <paramref name="offset"/>. A gap before it reads as zeros.</summary>
    void Write(long offset, ReadOnlySpan<byte> data);

    /// <summary>Writes two spans one after the other at <paramref name="offset"/>, in one system call where there is one.</summary>
    void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second);

    /// <summary>Makes the length and every write that returned before the call durable.</summary>
    void Sync();

    /// <summary>
    /// Asks the system to begin writing bytes to the device, so that a later <see cref="Sync"/> waits for less. Promises nothing:
    /// an error of the device is reported by <see cref="Sync"/>.
    /// </summary>
    void BeginWriteBack(long offset, long length)
    {
        // Where the system has no such call, Sync writes everything.
    }

    /// <summary>
    /// Says that reads will be at places that do not follow one another. The system then reads no more than what is asked for, and
    /// guesses no longer that the bytes behind it are wanted, too. Promises nothing.
    /// </summary>
    void ExpectScatteredReads()
    {
        // Where the system has no such call, it guesses.
    }

    /// <summary>
    /// Asks the system to begin reading bytes from the device, so that a later <see cref="Read"/> waits for less. Promises nothing: an
    /// error of the device is reported by that read.
    /// </summary>
    void BeginRead(long offset, long length)
    {
        // Where the system has no such call, the read does everything.
    }

    /// <summary>Truncates the file, or extends it with zeros.</summary>
    void SetLength(long length);
}
