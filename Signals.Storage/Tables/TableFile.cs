using System.Buffers;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Tables;

/// <summary>
/// Reads the bytes of one table, which is a file of its own or a part of a segment, and detects damage: a short read, or bytes
/// that do not match their checksum, throw a <see cref="CorruptionException"/> with file and offset. Offsets are relative to the
/// table. Thread contract: any thread. Owns the file.
/// </summary>
internal sealed class TableFile : IDisposable
{
    private const int VerifyBytes = 256 << 10;

    private readonly IFile _file;
    private readonly long _start;
    private readonly long? _partLength;

    /// <summary>A table that fills a whole file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="identity">The number of the table, which every checksum includes.</param>
    public TableFile(IFile file, ulong identity)
    {
        _file = file;
        Identity = identity;
    }

    /// <summary>A table inside a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="identity">The number that every checksum includes.</param>
    /// <param name="start">The offset of the table in the file.</param>
    /// <param name="length">Bytes of the table.</param>
    public TableFile(IFile file, ulong identity, long start, long length)
        : this(file, identity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _start = start;
        _partLength = length;
    }

    /// <summary>Opens the file that is a table or contains it.</summary>
    /// <param name="fileSystem">The file system of the file.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="meta">What the manifest records about the table.</param>
    /// <param name="segments">Shared handles of segments; null to open a separate handle.</param>
    public static TableFile Open(IFileSystem fileSystem, string path, TableMeta meta, SharedFiles? segments = null)
    {
        if (meta.SegmentFile == 0)
        {
            return new TableFile(fileSystem.Open(path, FileOpenMode.Read), meta.Number);
        }

        IFile segment = segments?.Open(path) ?? fileSystem.Open(path, FileOpenMode.Read);
        return new TableFile(segment, meta.PartIdentity, meta.SegmentOffset, meta.FileLength);
    }

    /// <summary>The number in the header, in the footer and in every checksum.</summary>
    public ulong Identity { get; }

    /// <summary>The path of the file, for messages.</summary>
    public string Path => _file.Path;

    /// <summary>The length of the table now. It is less than it should be when the file ends inside the table.</summary>
    public long Length => _partLength is long part ? Math.Clamp(_file.Length - _start, 0, part) : _file.Length;

    /// <summary>Fills the destination, or throws.</summary>
    public void ReadExactly(long offset, Span<byte> destination)
    {
        int read = _file.Read(_start + offset, destination);
        if (read != destination.Length)
        {
            throw Corrupt(offset, $"the file ends after {read} of {destination.Length} bytes");
        }
    }

    /// <summary>Asks the system to begin reading bytes that will be needed soon. Promises nothing.</summary>
    public void BeginRead(long offset, long length) => _file.BeginRead(_start + offset, length);

    /// <summary>
    /// Reads and verifies the bytes of a section. The bounds of the section must have been checked against the length of the
    /// table.
    /// </summary>
    /// <param name="section">The section.</param>
    /// <param name="memory">The memory of the bytes, for as long as they are needed.</param>
    public ReadOnlySpan<byte> ReadSection(in TableSection section, OwnedMemory memory)
    {
        if (section.Length > Array.MaxLength)
        {
            throw Corrupt(
                section.Offset, $"section {section.Tag} has {section.Length} bytes; this version reads at most {Array.MaxLength}");
        }

        Span<byte> bytes = memory.Take<byte>((int)section.Length);
        ReadExactly(section.Offset, bytes);
        RequireChecksum(section.Offset, bytes, section.Checksum);
        return bytes;
    }

    /// <summary>Reads a section piece by piece and verifies its checksum.</summary>
    public void Verify(in TableSection section, CancellationToken cancellationToken = default)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(VerifyBytes);
        uint checksum = TableFormat.Seed(Identity, section.Offset);
        for (long at = 0; at < section.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(VerifyBytes, section.Length - at));
            ReadExactly(section.Offset + at, part);
            BeginRead(section.Offset + at + part.Length, Math.Min(VerifyBytes, section.Length - at - part.Length));
            checksum = Crc32C.Append(checksum, part);
            at += part.Length;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        if (checksum != section.Checksum)
        {
            throw Corrupt(section.Offset, $"the checksum of section {section.Tag} is {checksum:x8}, expected {section.Checksum:x8}");
        }
    }

    /// <summary>Throws unless the bytes at an offset have the expected checksum.</summary>
    public void RequireChecksum(long offset, ReadOnlySpan<byte> bytes, uint expected)
    {
        uint found = TableFormat.Checksum(Identity, offset, bytes);
        if (found != expected)
        {
            throw Corrupt(offset, $"the checksum of {bytes.Length} bytes is {found:x8}, expected {expected:x8}");
        }
    }

    /// <summary>The exception for damage in this table. It names the offset in the file.</summary>
    public CorruptionException Corrupt(long offset, string message, Exception? inner = null) =>
        new(Path, _start + offset, message, inner);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
