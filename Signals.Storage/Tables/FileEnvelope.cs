using System.Buffers.Binary;

namespace Signals.Storage.Tables;

/// <summary>
/// What table files and column files share around their contents: a header, sections back to back, a footer that lists them behind its
/// fixed part, and a tail. Immutable; any thread. Reading refuses another kind of file, a newer version, a file that is not the one
/// expected, and sections that do not tile the file.
/// </summary>
/// <param name="Noun">What a file of this kind is called in messages.</param>
/// <param name="Magic">First and last eight bytes of the file.</param>
/// <param name="Version">The version that is written and read.</param>
/// <param name="KnownCriticalFlags">Bits of the critical flags that are understood.</param>
/// <param name="FooterFixedLength">Bytes of the footer before its list of sections.</param>
/// <param name="Sections">Tags of the sections that each file has once.</param>
internal sealed record FileEnvelope(
    string Noun, ulong Magic, uint Version, uint KnownCriticalFlags, int FooterFixedLength, params ushort[] Sections)
{
    /// <summary>Tags of the sections that a file may have once.</summary>
    public IReadOnlyList<ushort> Optional { get; init; } = [];

    /// <summary>The file's first 32 bytes.</summary>
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

    /// <summary>Footer and tail, to be written at an offset.</summary>
    /// <param name="identity">What every checksum is bound to.</param>
    /// <param name="criticalFlags">Those of the header.</param>
    /// <param name="offset">Where the footer begins.</param>
    /// <param name="fixedPart">The footer up to its list of sections.</param>
    /// <param name="sections">The sections, in file order.</param>
    /// <param name="checksum">The tail's checksum, through which all others are covered.</param>
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
    /// <exception cref="Core.Model.CorruptionException">The file is of another kind or version, or damaged.</exception>
    public uint ReadHeader(TableFile file)
    {
        Span<byte> header = stackalloc byte[TableFormat.HeaderLength];
        file.ReadExactly(0, header);
        uint criticalFlags = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        RequireKind(file, 0, BinaryPrimitives.ReadUInt64LittleEndian(header), BinaryPrimitives.ReadUInt32LittleEndian(header[8..]), criticalFlags);
        file.RequireChecksum(0, header[..TableFormat.HeaderChecksumAt],
            BinaryPrimitives.ReadUInt32LittleEndian(header[TableFormat.HeaderChecksumAt..]));
        return criticalFlags;
    }

    /// <summary>The verified bytes of footer and tail.</summary>
    /// <param name="file">The file; it is long enough for a header, a fixed part and a tail.</param>
    /// <param name="criticalFlags">Those of the header.</param>
    /// <param name="expected">The checksum that the file must have, or null for its own word.</param>
    /// <param name="offset">Where the footer begins.</param>
    /// <param name="checksum">The tail's checksum.</param>
    /// <exception cref="Core.Model.CorruptionException">The file is not that one, or damaged.</exception>
    public byte[] ReadFooter(TableFile file, uint criticalFlags, uint? expected, out long offset, out uint checksum)
    {
        long tailAt = file.Length - TableFormat.TailLength;
        Span<byte> tail = stackalloc byte[TableFormat.TailLength];
        file.ReadExactly(tailAt, tail);
        uint tailFlags = BinaryPrimitives.ReadUInt32LittleEndian(tail[12..]);
        RequireKind(file, tailAt, BinaryPrimitives.ReadUInt64LittleEndian(tail[24..]), BinaryPrimitives.ReadUInt32LittleEndian(tail[16..]), tailFlags);
        offset = BinaryPrimitives.ReadInt64LittleEndian(tail);
        uint footerLength = BinaryPrimitives.ReadUInt32LittleEndian(tail[8..]);
        if (footerLength < FooterFixedLength
            || footerLength > FooterFixedLength + TableFormat.SectionEntryLength * TableFormat.MaxSections
            || offset != tailAt - footerLength || tailFlags != criticalFlags)
        {
            throw file.Corrupt(tailAt, $"a footer of {footerLength} bytes at {offset} does not end where the tail starts, "
                + $"or the flags are not those of the header, {criticalFlags:x}");
        }

        byte[] bytes = new byte[footerLength + TableFormat.TailLength];
        file.ReadExactly(offset, bytes);
        checksum = BinaryPrimitives.ReadUInt32LittleEndian(tail[TableFormat.TailChecksumAt..]);
        file.RequireChecksum(offset, bytes.AsSpan(0, (int)footerLength + TableFormat.TailChecksumAt), checksum);
        return expected is null || checksum == expected
            ? bytes
            : throw file.Corrupt(tailAt, $"the file's checksum is {checksum:x8}, expected {expected:x8}");
    }

    /// <summary>How many sections the footer has room for; it must list as many.</summary>
    public int SectionRoom(ReadOnlySpan<byte> footerAndTail) =>
        (footerAndTail.Length - TableFormat.TailLength - FooterFixedLength) / TableFormat.SectionEntryLength;

    /// <summary>The list of sections of a footer that has room for exactly these.</summary>
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

    /// <summary>Requires that the sections tile the file up to its footer and that each known one is there once.</summary>
    /// <exception cref="Core.Model.CorruptionException">They do not, or a section that may not be skipped is unknown.</exception>
    public void RequireSections(TableFile file, TableSection[] sections, long footerOffset)
    {
        ulong next = TableFormat.HeaderLength;
        int[] found = new int[Sections.Length];
        HashSet<ushort> optional = [];
        foreach (TableSection section in sections)
        {
            if ((ulong)section.Offset != next || (ulong)section.Length > (ulong)footerOffset - next)
            {
                throw file.Corrupt(footerOffset, $"{section} does not start at {next} or ends behind the footer");
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
            throw file.Corrupt(footerOffset, "sections are missing or repeated, or bytes of the file belong to none");
        }
    }

    private void RequireKind(TableFile file, long offset, ulong magic, uint version, uint criticalFlags)
    {
        if (magic != Magic)
        {
            throw file.Corrupt(offset, $"not a {Noun}: magic is {magic:x16}, expected {Magic:x16}");
        }

        if (version != Version || (criticalFlags & ~KnownCriticalFlags) != 0)
        {
            throw file.Corrupt(offset, $"format version {version} with critical flags {criticalFlags:x} needs another "
                + $"version of Signals; this one reads version {Version}");
        }
    }
}
