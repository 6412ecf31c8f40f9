using System.Buffers;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Tables;

/// <summary>
/// Reads the bytes of one table, a file of its own or a part of a segment, and tells damage from answers: a short read, or bytes
/// that do not match their checksum, are a <see cref="CorruptionException"/> with file and offset. Offsets are those in the table.
/// Threads: any. Owns the file.
/// </summary>
internal sealed class TableFile : IDisposable
{
    private const int VerifyBytes = 256 << 10;

    private readonly IFile _file;
    private readonly long _start;
    private readonly long? _partLength;

    /// <summary>A table that fills a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="identity">What every checksum is bound to: the table's number.</param>
    public TableFile(IFile file, ulong identity)
    {
        _file = file;
        Identity = identity;
    }

    /// <summary>A table inside a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="identity">What every checksum is bound to.</param>
    /// <param name="start">Where the table starts in the file.</param>
    /// <param name="length">Bytes of the table.</param>
    public TableFile(IFile file, ulong identity, long start, long length)
        : this(file, identity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _start = start;
        _partLength = length;
    }

    /// <summary>Opens the file that is a table or holds it.</summary>
    /// <param name="fileSystem">Where it is.</param>
    /// <param name="path">The file.</param>
    /// <param name="meta">What the manifest knows of the table.</param>
    /// <param name="segments">Handles of segments to take part in; null for one of its own.</param>
    public static TableFile Open(IFileSystem fileSystem, string path, TableMeta meta, SharedFiles? segments = null)
    {
        if (meta.SegmentFile == 0)
        {
            return new TableFile(fileSystem.Open(path, FileOpenMode.Read), meta.Number);
        }

        IFile segment = segments?.Open(path) ?? fileSystem.Open(path, FileOpenMode.Read);
        return new TableFile(segment, meta.PartIdentity, meta.SegmentOffset, meta.FileLength);
    }

    /// <summary>The number that is in header and footer, and in every checksum.</summary>
    public ulong Identity { get; }

    /// <summary>The file's path, for messages.</summary>
    public string Path => _file.Path;

    /// <summary>The table's length now: less than it should be when the file ends inside it.</summary>
    public long Length => _partLength is long part ? Math.Clamp(_file.Length - _start, 0, part) : _file.Length;

    /// <summary>Fills the destination or fails.</summary>
    public void ReadExactly(long offset, Span<byte> destination)
    {
        int read = _file.Read(_start + offset, destination);
        if (read != destination.Length)
        {
            throw Corrupt(offset, $"the file ends after {read} of {destination.Length} bytes");
        }
    }

    /// <summary>A section's bytes, verified. The section's bounds were checked against the table's length before.</summary>
    public byte[] ReadSection(in TableSection section)
    {
        if (section.Length > Array.MaxLength)
        {
            throw Corrupt(section.Offset, $"section {section.Tag} has {section.Length} bytes, more than this version reads");
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)section.Length);
        ReadExactly(section.Offset, bytes);
        RequireChecksum(section.Offset, bytes, section.Checksum);
        return bytes;
    }

    /// <summary>Reads a section piece by piece and fails unless it has its checksum.</summary>
    public void Verify(in TableSection section, CancellationToken cancellationToken = default)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(VerifyBytes);
        uint checksum = TableFormat.Seed(Identity, section.Offset);
        for (long at = 0; at < section.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(VerifyBytes, section.Length - at));
            ReadExactly(section.Offset + at, part);
            checksum = Crc32C.Append(checksum, part);
            at += part.Length;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        if (checksum != section.Checksum)
        {
            throw Corrupt(section.Offset, $"checksum of section {section.Tag} is {checksum:x8}, expected {section.Checksum:x8}");
        }
    }

    /// <summary>Fails unless the bytes at an offset have the checksum.</summary>
    public void RequireChecksum(long offset, ReadOnlySpan<byte> bytes, uint expected)
    {
        uint found = TableFormat.Checksum(Identity, offset, bytes);
        if (found != expected)
        {
            throw Corrupt(offset, $"checksum of {bytes.Length} bytes is {found:x8}, expected {expected:x8}");
        }
    }

    /// <summary>The exception for damage in this table; it names the offset in the file.</summary>
    public CorruptionException Corrupt(long offset, string message, Exception? inner = null) =>
        new(Path, _start + offset, message, inner);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
