using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Segments;

/// <summary>
/// A file that is written once from start to end, and hashed while it is written. Thread contract: one thread. Owns the file.
/// </summary>
internal sealed class HashingFile(IFile file) : IFile
{
    private const int WriteBackBytes = 8 << 20;

    private readonly ContentHash _hash = new();
    private long _writtenBack;

    /// <inheritdoc/>
    public string Path => file.Path;

    /// <summary>The number of bytes written.</summary>
    public long Length { get; private set; }

    /// <summary>The hash of all bytes written.</summary>
    public UInt128 Hash => _hash.Value;

    /// <summary>Writes after the last byte.</summary>
    public void Append(ReadOnlySpan<byte> data) => Write(Length, data);

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        if (offset != Length)
        {
            throw new InvalidOperationException(
                $"A write at {offset} is not at the end of the file, which is {Length}; the file must be written in order.");
        }

        file.Write(offset, data);
        _hash.Append(data);
        Length += data.Length;
        if (Length - _writtenBack >= WriteBackBytes)
        {
            file.BeginWriteBack(_writtenBack, Length - _writtenBack);
            _writtenBack = Length;
        }
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Write(offset, first);
        Write(offset + first.Length, second);
    }

    /// <inheritdoc/>
    public void Sync() => file.Sync();

    /// <inheritdoc/>
    public void BeginWriteBack(long offset, long length)
    {
        // Every write sees to it, because not all of them come from a table.
    }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> destination) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void SetLength(long length) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
