using System.Buffers.Binary;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Segments;

/// <summary>
/// The fixed parts of a segment file: header, list of parts, and tail. Each is read once and checked. No memory is allocated for
/// a number in the file before it was compared with the length of the file. Thread contract: one thread. Does not own the file.
/// </summary>
internal sealed class SegmentFile
{
    private SegmentFile(IFile file)
    {
        File = file;
        Length = file.Length;
    }

    /// <summary>The file.</summary>
    public IFile File { get; }

    /// <summary>The length of the file in bytes.</summary>
    public long Length { get; }

    /// <summary>The header.</summary>
    public required SegmentHeader Header { get; init; }

    /// <summary>The encoded header.</summary>
    public required byte[] HeaderBytes { get; init; }

    /// <summary>The parts. They follow each other without gaps from the header to the index.</summary>
    public required SegmentPart[] Parts { get; init; }

    /// <summary>The bytes of the index, which ends where the tail begins.</summary>
    public required byte[] IndexBytes { get; init; }

    /// <summary>The hash of everything before the tail, as the tail states it.</summary>
    public required UInt128 ContentId { get; init; }

    /// <summary>Reads and checks the fixed parts.</summary>
    /// <exception cref="CorruptionException">The file is not a segment, has a newer version, or is damaged.</exception>
    public static SegmentFile Read(IFile file)
    {
        long length = file.Length;
        if (length < SegmentFormat.MinFileLength)
        {
            throw Corrupt(
                file, 0, $"this is not a segment: it has {length} bytes, and a segment has at least {SegmentFormat.MinFileLength}");
        }

        byte[] headerBytes = ReadHeader(file, length);
        SegmentHeader header = Decode(file, 0, headerBytes, static bytes => SegmentHeader.Decode(bytes));
        long tailAt = length - SegmentFormat.TailLength;
        byte[] tail = ReadExactly(file, tailAt, SegmentFormat.TailLength);
        CheckKind(file, tailAt, tail.AsSpan(SegmentFormat.TailLength - sizeof(ulong)), tail.AsSpan(16), tail.AsSpan(12));
        long indexAt = BinaryPrimitives.ReadInt64LittleEndian(tail);
        uint indexLength = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(8));
        if (indexAt < headerBytes.Length || indexAt > tailAt || indexLength != tailAt - indexAt || indexLength > (uint)Array.MaxLength
            || BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(20)) != 0
            || BinaryPrimitives.ReadUInt64LittleEndian(tail.AsSpan(40)) != 0
            || BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(52)) != 0)
        {
            throw Corrupt(
                file,
                tailAt,
                $"the tail names an index of {indexLength} bytes at {indexAt}, which does not end where the tail starts, or reserved "
                + "bytes are not 0");
        }

        byte[] index = ReadExactly(file, indexAt, (int)indexLength);
        uint checksum = Crc32C.Append(Crc32C.Compute(index), tail.AsSpan(0, SegmentFormat.TailChecksumAt));
        if (checksum != BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(SegmentFormat.TailChecksumAt)))
        {
            throw Corrupt(file, indexAt, "the checksum of index and tail is wrong");
        }

        return new SegmentFile(file)
        {
            Header = header,
            HeaderBytes = headerBytes,
            IndexBytes = index,
            Parts = Decode(
                file,
                indexAt,
                index,
                bytes => SegmentIndex.Decode(
                    bytes, headerBytes.Length, indexAt, header.WindowMs, header.CorrectedDays is not null)),
            ContentId = BinaryPrimitives.ReadUInt128LittleEndian(tail.AsSpan(24)),
        };
    }

    /// <summary>The exception for damage in a segment.</summary>
    public static CorruptionException Corrupt(IFile file, long offset, string message, Exception? inner = null) =>
        new(file.Path, offset, message, inner);

    private static byte[] ReadHeader(IFile file, long length)
    {
        byte[] start = ReadExactly(file, 0, SegmentFormat.HeaderFixedLength);
        CheckKind(file, 0, start, start.AsSpan(8), start.AsSpan(12));
        uint headerLength = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(SegmentFormat.HeaderLengthAt));
        if (headerLength < SegmentFormat.HeaderFixedLength + SegmentFormat.ChecksumLength || headerLength > SegmentFormat.MaxHeaderLength
            || headerLength > length - SegmentFormat.TailLength)
        {
            throw Corrupt(file, SegmentFormat.HeaderLengthAt, $"a header length of {headerLength} bytes is not valid");
        }

        return ReadExactly(file, 0, (int)headerLength);
    }

    private static void CheckKind(IFile file, long offset, ReadOnlySpan<byte> magic, ReadOnlySpan<byte> version, ReadOnlySpan<byte> flags)
    {
        if (BinaryPrimitives.ReadUInt64LittleEndian(magic) != SegmentFormat.Magic)
        {
            throw Corrupt(
                file,
                offset,
                $"this is not a segment: the magic is {BinaryPrimitives.ReadUInt64LittleEndian(magic):x16}, expected "
                + $"{SegmentFormat.Magic:x16}");
        }

        uint found = BinaryPrimitives.ReadUInt32LittleEndian(version);
        uint critical = BinaryPrimitives.ReadUInt32LittleEndian(flags);
        if (found != SegmentFormat.Version || (critical & ~SegmentFormat.KnownCriticalFlags) != 0)
        {
            throw Corrupt(
                file,
                offset,
                $"segment version {found} with critical flags {critical:x} needs another version of Signals; this one reads version "
                + $"{SegmentFormat.Version}");
        }
    }

    private static T Decode<T>(IFile file, long offset, byte[] bytes, Func<byte[], T> decode)
    {
        try
        {
            return decode(bytes);
        }
        catch (InvalidDataException damage)
        {
            throw Corrupt(file, offset, damage.Message, damage);
        }
    }

    private static byte[] ReadExactly(IFile file, long offset, int length)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        int read = file.Read(offset, bytes);
        return read == length ? bytes : throw Corrupt(file, offset, $"the file ends after {read} of {length} bytes");
    }
}
