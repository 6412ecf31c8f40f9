using System.Buffers.Binary;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Segments;

/// <summary>
/// The end of a segment: the list of its parts, and the tail that leads to the list. Thread contract: any thread; stateless.
/// </summary>
internal static class SegmentIndex
{
    /// <summary>Encodes the index section.</summary>
    public static byte[] Encode(IReadOnlyList<SegmentPart> parts)
    {
        byte[] index = new byte[SegmentFormat.IndexFixedLength + parts.Count * SegmentFormat.PartLength];
        BinaryPrimitives.WriteInt32LittleEndian(index, parts.Count);
        Span<byte> to = index.AsSpan(SegmentFormat.IndexFixedLength);
        foreach (SegmentPart part in parts)
        {
            BinaryPrimitives.WriteInt64LittleEndian(to, part.WindowStart);
            to[8] = (byte)part.Kind;
            BinaryPrimitives.WriteUInt32LittleEndian(to[12..], part.Checksum);
            BinaryPrimitives.WriteInt64LittleEndian(to[16..], part.Offset);
            BinaryPrimitives.WriteInt64LittleEndian(to[24..], part.Length);
            to = to[SegmentFormat.PartLength..];
        }

        return index;
    }

    /// <summary>Encodes the tail of a segment whose index is at an offset.</summary>
    public static byte[] EncodeTail(long indexOffset, ReadOnlySpan<byte> index, UInt128 contentId)
    {
        byte[] tail = new byte[SegmentFormat.TailLength];
        BinaryPrimitives.WriteInt64LittleEndian(tail, indexOffset);
        BinaryPrimitives.WriteInt32LittleEndian(tail.AsSpan(8), index.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(16), SegmentFormat.Version);
        BinaryPrimitives.WriteUInt128LittleEndian(tail.AsSpan(24), contentId);
        uint checksum = Crc32C.Append(Crc32C.Compute(index), tail.AsSpan(0, SegmentFormat.TailChecksumAt));
        BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(SegmentFormat.TailChecksumAt), checksum);
        BinaryPrimitives.WriteUInt64LittleEndian(tail.AsSpan(SegmentFormat.TailLength - sizeof(ulong)), SegmentFormat.Magic);
        return tail;
    }

    /// <summary>
    /// Decodes the parts of an index whose checksum was verified. The parts must fill the bytes from <paramref name="start"/> to
    /// <paramref name="end"/>.
    /// </summary>
    /// <param name="index">The index section.</param>
    /// <param name="start">The offset of the first part.</param>
    /// <param name="end">The offset of the index.</param>
    /// <param name="windowMs">The length of the windows.</param>
    /// <param name="mayBeEmpty">Whether the segment may have no part at all, because it states corrected days.</param>
    /// <exception cref="InvalidDataException">The parts do not, or windows and kinds do not ascend.</exception>
    public static SegmentPart[] Decode(ReadOnlySpan<byte> index, long start, long end, long windowMs, bool mayBeEmpty)
    {
        Require(
            index.Length >= SegmentFormat.IndexFixedLength,
            $"the index has {index.Length} bytes, expected at least {SegmentFormat.IndexFixedLength}");
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(index);
        long entries = (index.Length - SegmentFormat.IndexFixedLength) / SegmentFormat.PartLength;
        Require(
            (count > 0 || mayBeEmpty) && count == entries
            && index.Length == SegmentFormat.IndexFixedLength + entries * SegmentFormat.PartLength
            && BinaryPrimitives.ReadUInt32LittleEndian(index[4..]) == 0,
            $"the index of {index.Length} bytes is not valid for {count} parts");
        SegmentPart[] parts = new SegmentPart[count];
        long next = start;
        for (int i = 0; i < parts.Length; i++)
        {
            SegmentPart part = Part(index.Slice(SegmentFormat.IndexFixedLength + i * SegmentFormat.PartLength, SegmentFormat.PartLength));
            Require(part.Kind <= RunKind.Patches, $"part {i} has the unknown kind {(byte)part.Kind}");
            Require(
                part.Offset == next && part.Length >= TableFormat.MinFileLength && part.Length <= end - next,
                $"part {i} has {part.Length} bytes at {part.Offset}: it does not start at {next}, is too short, or ends after {end}");
            Require(
                part.WindowStart % windowMs == 0,
                $"part {i} has a window that starts at {part.WindowStart}, not at a multiple of {windowMs}");
            Require(
                i == 0 || Follows(parts[i - 1], part),
                $"part {i} repeats the window and kind of the part before it, or is out of order");
            parts[i] = part;
            next += part.Length;
        }

        Require(next == end, $"{end - next} bytes belong to no part");
        return parts;
    }

    private static SegmentPart Part(ReadOnlySpan<byte> entry)
    {
        Require(entry[9] == 0 && entry[10] == 0 && entry[11] == 0, "reserved bytes are not 0");
        return new SegmentPart(
            BinaryPrimitives.ReadInt64LittleEndian(entry),
            (RunKind)entry[8],
            BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(entry[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(entry[24..]));
    }

    private static bool Follows(in SegmentPart before, in SegmentPart part) =>
        before.WindowStart < part.WindowStart || (before.WindowStart == part.WindowStart && before.Kind < part.Kind);

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException(otherwise);
        }
    }
}
