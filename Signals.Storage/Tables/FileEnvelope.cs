using System.Buffers.Binary;

namespace Signals.Storage.Tables;

/// <summary>
/// The parts that table files and column files share: a header, sections without gaps, a footer with a fixed part and a list of
/// the sections, and a tail. A reader refuses another kind of file, a newer version, a file that is not the expected one, and
/// sections that do not fill the file. Thread contract: immutable; any thread.
/// </summary>
/// <param name="Noun">The name of this kind of file in messages.</param>
/// <param name="Magic">The first and the last eight bytes of the file.</param>
/// <param name="Version">The version that is written and read.</param>
/// <param name="KnownCriticalFlags">The bits of the critical flags that this code understands.</param>
/// <param name="FooterFixedLength">Bytes of the footer before its list of sections.</param>
/// <param name="Sections">The tags of the sections that each file has exactly once.</param>
internal sealed record FileEnvelope(
    string Noun, ulong Magic, uint Version, uint KnownCriticalFlags, int FooterFixedLength, params ushort[] Sections)
{
    /// <summary>The tags of the sections that a file may have, at most once.</summary>
    public IReadOnlyList<ushort> Optional { get; init; } = [];

    /// <summary>Encodes the first 32 bytes of the file.</summary>
    public byte[] EncodeHeader(ulong identity, uint criticalFlags)
    {
        byte[] header = new byte[TableFormat.HeaderLength];
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), criticalFlags);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(16), identity);
        uint checksum = TableFormat.Checksum(identity, 0, header.AsSpan(0, TableFormat.HeaderChecksumAt));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(TableFormat.HeaderChecksumAt), checksum);
        return header;
    }

    /// <summary>Encodes footer and tail as they are written at an offset.</summary>
    /// <param name="identity">The number that every checksum includes.</param>
    /// <param name="criticalFlags">The critical flags of the header.</param>
    /// <param name="offset">The offset of the footer.</param>
    /// <param name="fixedPart">The footer without its list of sections.</param>
    /// <param name="sections">The sections, in file order.</param>
    /// <param name="checksum">The checksum of the tail, which covers all other checksums.</param>
    public byte[] EncodeFooter(
        ulong identity, uint criticalFlags, long offset, ReadOnlySpan<byte> fixedPart, TableSection[] sections, out uint checksum)
    {
        int footerLength = FooterFixedLength + TableFormat.SectionEntryLength * sections.Length;
        byte[] bytes = new byte[footerLength + TableFormat.TailLength];
        Span<byte> to = bytes;
        fixedPart[..FooterFixedLength].CopyTo(to);
        for (int i = 0; i < sections.Length; i++)
        {
            Span<byte> entry = to[(FooterFixedLength + i * TableFormat.SectionEntryLength)..];
            BinaryPrimitives.WriteUInt16LittleEndian(entry, sections[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], sections[i].Flags);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], sections[i].Checksum);
            BinaryPrimitives.WriteInt64LittleEndian(entry[8..], sections[i].Offset);
            BinaryPrimitives.WriteInt64LittleEndian(entry[16..], sections[i].Length);
        }

        Span<byte> tail = to[footerLength..];
        BinaryPrimitives.WriteInt64LittleEndian(tail, offset);
        BinaryPrimitives.WriteInt32LittleEndian(tail[8..], footerLength);
        BinaryPrimitives.WriteUInt32LittleEndian(tail[12..], criticalFlags);
        BinaryPrimitives.WriteUInt32LittleEndian(tail[16..], Version);
        checksum = TableFormat.Checksum(identity, offset, to[..(footerLength + TableFormat.TailChecksumAt)]);
        BinaryPrimitives.WriteUInt32LittleEndian(tail[TableFormat.TailChecksumAt..], checksum);
        BinaryPrimitives.WriteUInt64LittleEndian(tail[24..], Magic);
        return bytes;
    }

    /// <summary>Checks the header and returns its critical flags.</summary>
    /// <exception cref="CorruptionException">The file is of another kind or version, or is damaged.</exception>
    public uint ReadHeader(TableFile file)
    {
        Span<byte> header = stackalloc byte[TableFormat.HeaderLength];
        file.ReadExactly(0, header);
        uint criticalFlags = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        ulong magic = BinaryPrimitives.ReadUInt64LittleEndian(header);
        RequireKind(file, 0, magic, BinaryPrimitives.ReadUInt32LittleEndian(header[8..]), criticalFlags);
        file.RequireChecksum(0, header[..TableFormat.HeaderChecksumAt],
            BinaryPrimitives.ReadUInt32LittleEndian(header[TableFormat.HeaderChecksumAt..]));
        return criticalFlags;
    }

    /// <summary>Reads and verifies the bytes of footer and tail.</summary>
    /// <param name="file">The file. It must be long enough for a header, a fixed part and a tail.</param>
    /// <param name="criticalFlags">The critical flags of the header.</param>
    /// <param name="expected">The checksum that the file must have; null to accept the checksum that it states.</param>
    /// <param name="offset">The offset of the footer.</param>
    /// <param name="checksum">The checksum of the tail.</param>
    /// <exception cref="CorruptionException">The file is not the expected one, or is damaged.</exception>
    public byte[] ReadFooter(TableFile file, uint criticalFlags, uint? expected, out long offset, out uint checksum)
    {
        long tailAt = file.Length - TableFormat.TailLength;
        Span<byte> tail = stackalloc byte[TableFormat.TailLength];
        file.ReadExactly(tailAt, tail);
        uint tailFlags = BinaryPrimitives.ReadUInt32LittleEndian(tail[12..]);
        ulong magic = BinaryPrimitives.ReadUInt64LittleEndian(tail[24..]);
        RequireKind(file, tailAt, magic, BinaryPrimitives.ReadUInt32LittleEndian(tail[16..]), tailFlags);
        offset = BinaryPrimitives.ReadInt64LittleEndian(tail);
        uint footerLength = BinaryPrimitives.ReadUInt32LittleEndian(tail[8..]);
        if (footerLength < FooterFixedLength
            || footerLength > FooterFixedLength + TableFormat.SectionEntryLength * TableFormat.MaxSections
            || offset != tailAt - footerLength || tailFlags != criticalFlags)
        {
            throw file.Corrupt(
                tailAt,
                $"the tail names a footer of {footerLength} bytes at {offset}, which does not end where the tail starts, "
                + $"or its flags {tailFlags:x} differ from those of the header, {criticalFlags:x}");
        }

        byte[] bytes = new byte[footerLength + TableFormat.TailLength];
        file.ReadExactly(offset, bytes);
        checksum = BinaryPrimitives.ReadUInt32LittleEndian(tail[TableFormat.TailChecksumAt..]);
        file.RequireChecksum(offset, bytes.AsSpan(0, (int)footerLength + TableFormat.TailChecksumAt), checksum);
        return expected is null || checksum == expected
            ? bytes
            : throw file.Corrupt(tailAt, $"the checksum of the file is {checksum:x8}, expected {expected:x8}");
    }

    /// <summary>How many sections the footer has room for. It must list exactly this many.</summary>
    public int SectionRoom(ReadOnlySpan<byte> footerAndTail) =>
        (footerAndTail.Length - TableFormat.TailLength - FooterFixedLength) / TableFormat.SectionEntryLength;

    /// <summary>Parses the list of sections of a footer. <see cref="SectionRoom"/> gives their number.</summary>
    public TableSection[] ParseSections(ReadOnlySpan<byte> footerAndTail)
    {
        TableSection[] sections = new TableSection[SectionRoom(footerAndTail)];
        ReadOnlySpan<byte> bytes = footerAndTail[FooterFixedLength..];
        for (int i = 0; i < sections.Length; i++, bytes = bytes[TableFormat.SectionEntryLength..])
        {
            sections[i] = new TableSection(
                BinaryPrimitives.ReadUInt16LittleEndian(bytes),
                BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]));
        }

        return sections;
    }

    /// <summary>
    /// Requires that the sections fill the file up to its footer and that each required section is there exactly once.
    /// </summary>
    /// <exception cref="CorruptionException">The sections do not, or a critical section is unknown.</exception>
    public void RequireSections(TableFile file, TableSection[] sections, long footerOffset)
    {
        ulong next = TableFormat.HeaderLength;
        int[] found = new int[Sections.Length];
        HashSet<ushort> optional = [];
        foreach (TableSection section in sections)
        {
            if ((ulong)section.Offset != next || (ulong)section.Length > (ulong)footerOffset - next)
            {
                throw file.Corrupt(footerOffset, $"{section} does not start at {next} or does not end before the footer");
            }

            next += (ulong)section.Length;
            int known = Array.IndexOf(Sections, section.Tag);
            if (known >= 0)
            {
                found[known]++;
            }
            else if (Optional.Contains(section.Tag) && optional.Add(section.Tag))
            {
                continue;
            }
            else if ((section.Flags & TableFormat.CriticalSection) != 0)
            {
                throw file.Corrupt(footerOffset, $"critical section {section.Tag} needs a newer version of Signals");
            }
        }

        if (next != (ulong)footerOffset || !Array.TrueForAll(found, count => count == 1))
        {
            throw file.Corrupt(footerOffset, "sections are missing or repeated, or some bytes of the file belong to no section");
        }
    }

    private void RequireKind(TableFile file, long offset, ulong magic, uint version, uint criticalFlags)
    {
        if (magic != Magic)
        {
            throw file.Corrupt(offset, $"this is not a {Noun}: the magic is {magic:x16}, expected {Magic:x16}");
        }

        if (version != Version || (criticalFlags & ~KnownCriticalFlags) != 0)
        {
            throw file.Corrupt(offset, $"format version {version} with critical flags {criticalFlags:x} needs another "
                + $"version of Signals; this one reads version {Version}");
        }
    }
}
