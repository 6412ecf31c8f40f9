using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Tables;

/// <summary>
/// Appends a table to a file in large writes, and computes the checksum of the section that is being written. Thread contract:
/// one thread. Does not own the file.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="start">The offset of the table in the file. Offsets are relative to it.</param>
/// <param name="identity">The number that every checksum includes.</param>
/// <param name="memory">The memory of the bytes that are not written yet. It outlives the output.</param>
internal sealed class TableOutput(IFile file, long start, ulong identity, OwnedMemory memory)
{
    private const int FlushBytes = 320 << 10;
    private const int FirstBytes = 16 << 10; // most tables are small
    private const int WriteBackBytes = 8 << 20;

    private BufferMemory<byte> _buffer = new(memory, 0);
    private int _used;
    private long _flushed;
    private long _writtenBack;
    private long _sectionStart;
    private uint _sectionChecksum;

    /// <summary>The offset of the next byte.</summary>
    public long Offset => _flushed + _used;

    /// <summary>Room for a number of bytes at <see cref="Offset"/>. Valid until the next call.</summary>
    [MethodImpl(Compile.InFull)]
    public Span<byte> Reserve(int length)
    {
        if (length > _buffer.Length - _used)
        {
            MakeRoom(length);
        }

        return _buffer.Span.Slice(_used, length);
    }

    /// <summary>Appends the first bytes of the reserved room to the table.</summary>
    public void Commit(int length)
    {
        _sectionChecksum = Crc32C.Append(_sectionChecksum, _buffer.Span.Slice(_used, length));
        _used += length;
    }

    /// <summary>Appends bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Commit(bytes.Length);
    }

    /// <summary>Begins a section with the next byte.</summary>
    public void BeginSection()
    {
        _sectionStart = Offset;
        _sectionChecksum = TableFormat.Seed(identity, Offset);
    }

    /// <summary>Ends the section before the next byte, and describes it.</summary>
    /// <param name="tag">The tag of the section.</param>
    /// <param name="flags">States whether a reader that does not know the tag must refuse the table.</param>
    public TableSection EndSection(ushort tag, ushort flags = TableFormat.CriticalSection) =>
        new(tag, flags, _sectionChecksum, _sectionStart, Offset - _sectionStart);

    /// <summary>Writes the bytes that are still in memory.</summary>
    public void Flush()
    {
        if (_used > 0)
        {
            file.Write(start + _flushed, _buffer.Span[.._used]);
            _flushed += _used;
            _used = 0;
            if (_flushed - _writtenBack >= WriteBackBytes)
            {
                file.BeginWriteBack(start + _writtenBack, _flushed - _writtenBack);
                _writtenBack = _flushed;
            }
        }
    }

    private void MakeRoom(int length)
    {
        if ((long)_used + length <= FlushBytes)
        {
            _buffer.Resize(Math.Min(FlushBytes, Math.Max(Math.Max(_used + length, FirstBytes), 2 * _buffer.Length)));
            return;
        }

        Flush();
        if (length > _buffer.Length)
        {
            _buffer.Resize(length);
        }
    }
}
