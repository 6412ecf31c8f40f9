using System.Buffers;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Wal;

/// <summary>
/// Reads a log from front to back through one pooled buffer, so that memory is bounded by the largest entry. Thread contract: one
/// thread. A span is valid until the next call. Owns the buffer, not the file.
/// </summary>
internal sealed class LogWindow : IDisposable
{
    private const int DefaultBytes = 1 << 20;

    private readonly IFile _file;
    private byte[] _buffer;
    private long _start;
    private int _count;

    public LogWindow(IFile file)
    {
        _file = file;
        Length = file.Length;
        _buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(Length, DefaultBytes));
    }

    /// <summary>The length of the file.</summary>
    public long Length { get; }

    /// <summary>The bytes at an offset. The range must lie inside the file.</summary>
    public ReadOnlySpan<byte> Slice(long offset, int count)
    {
        if (offset < _start || offset + count > _start + _count)
        {
            Fill(offset, count);
        }

        return _buffer.AsSpan((int)(offset - _start), count);
    }

    /// <summary>As many bytes from an offset as one buffer holds; empty at the end of the file.</summary>
    public ReadOnlySpan<byte> SliceFrom(long offset) =>
        offset >= Length ? default : Slice(offset, (int)Math.Min(Length - offset, DefaultBytes));

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private void Fill(long offset, int count)
    {
        if (_buffer.Length < count)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            _buffer = ArrayPool<byte>.Shared.Rent(count);
        }

        _start = offset;
        _count = _file.Read(offset, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, Length - offset)));
        if (_count < count)
        {
            throw new CorruptionException(_file.Path, offset + _count, $"the file ends here, expected {Length} bytes.");
        }
    }
}
