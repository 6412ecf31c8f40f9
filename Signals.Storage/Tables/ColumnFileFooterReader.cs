using System.Buffers.Binary;

namespace Signals.Storage.Tables;

/// <summary>
/// Reads header, tail and footer of a column file and refuses what does not fit: another kind of file, a newer version, a file that is
/// not the one in the manifest or that belongs to another table, sections that do not tile the file. Stateless.
/// </summary>
internal static class ColumnFileFooterReader
{
    /// <summary>The verified footer of the file that <paramref name="meta"/> names.</summary>
    /// <exception cref="Core.Model.CorruptionException">The file is not that column file, not of that table, or damaged.</exception>
    public static ColumnFileFooter Read(TableFile file, ColumnFileMeta meta, in ColumnFileBase table)
    {
        long length = file.Length;
        if (length != meta.FileLength || length < ColumnFileFormat.MinFileLength)
        {
            throw file.Corrupt(Math.Max(0, Math.Min(length, meta.FileLength)),
                $"the file has {length} bytes, the manifest says {meta.FileLength}, the shortest column file {ColumnFileFormat.MinFileLength}");
        }

        CheckHeader(file);
        byte[] bytes = ReadFooterAndTail(file, meta, length, out long offset);
        ColumnFileFooter footer = Parse(file, bytes, offset);
        if (footer.Number != meta.Number || footer.Columns != meta.Columns.Length)
        {
            throw file.Corrupt(offset, $"the footer describes column file {footer.Number} of {footer.Columns} columns, the manifest {meta}");
        }

        if (footer.Base != table)
        {
            throw file.Corrupt(offset, $"the column file belongs to {footer.Base}, not to {table}");
        }

        CheckSections(file, footer, offset);
        return footer;
    }

    private static void CheckHeader(TableFile file)
    {
        Span<byte> header = stackalloc byte[TableFormat.HeaderLength];
        file.ReadExactly(0, header);
        CheckKind(file, 0, BinaryPrimitives.ReadUInt64LittleEndian(header), BinaryPrimitives.ReadUInt32LittleEndian(header[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[12..]));
        file.RequireChecksum(0, header[..TableFormat.HeaderChecksumAt],
            BinaryPrimitives.ReadUInt32LittleEndian(header[TableFormat.HeaderChecksumAt..]));
    }

    private static byte[] ReadFooterAndTail(TableFile file, ColumnFileMeta meta, long length, out long offset)
    {
        long tailAt = length - TableFormat.TailLength;
        Span<byte> tail = stackalloc byte[TableFormat.TailLength];
        file.ReadExactly(tailAt, tail);
        CheckKind(file, tailAt, BinaryPrimitives.ReadUInt64LittleEndian(tail[24..]), BinaryPrimitives.ReadUInt32LittleEndian(tail[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(tail[12..]));
        offset = BinaryPrimitives.ReadInt64LittleEndian(tail);
        uint footerLength = BinaryPrimitives.ReadUInt32LittleEndian(tail[8..]);
        if (footerLength < ColumnFileFormat.FooterFixedLength
            || footerLength > ColumnFileFormat.FooterFixedLength + TableFormat.SectionEntryLength * TableFormat.MaxSections
            || offset != tailAt - footerLength)
        {
            throw file.Corrupt(tailAt, $"a footer of {footerLength} bytes at {offset} does not end where the tail starts");
        }

        byte[] bytes = new byte[footerLength + TableFormat.TailLength];
        file.ReadExactly(offset, bytes);
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(tail[TableFormat.TailChecksumAt..]);
        file.RequireChecksum(offset, bytes.AsSpan(0, (int)footerLength + TableFormat.TailChecksumAt), checksum);
        return checksum == meta.FileChecksum
            ? bytes
            : throw file.Corrupt(tailAt, $"the file's checksum is {checksum:x8}, the manifest says {meta.FileChecksum:x8}");
    }

    private static void CheckKind(TableFile file, long offset, ulong magic, uint version, uint criticalFlags)
    {
        if (magic != ColumnFileFormat.Magic)
        {
            throw file.Corrupt(offset, $"not a column file: magic is {magic:x16}, expected {ColumnFileFormat.Magic:x16}");
        }

        if (version != ColumnFileFormat.Version || (criticalFlags & ~ColumnFileFormat.KnownCriticalFlags) != 0)
        {
            throw file.Corrupt(offset, $"format version {version} with critical flags {criticalFlags:x} needs another "
                + $"version of Signals; this one reads version {ColumnFileFormat.Version}");
        }
    }

    private static ColumnFileFooter Parse(TableFile file, ReadOnlySpan<byte> bytes, long offset)
    {
        uint blocks = BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]);
        uint columns = BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]);
        uint sections = BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]);
        ColumnFileBase table = new(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]));
        int room = (bytes.Length - TableFormat.TailLength - ColumnFileFormat.FooterFixedLength) / TableFormat.SectionEntryLength;
        if (blocks == 0 || blocks > (uint)table.Blocks || columns is 0 or > ColumnFileFormat.MaxColumns || sections != room
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]) != 0)
        {
            throw file.Corrupt(offset, $"a footer with {blocks} blocks, {columns} columns, {sections} sections cannot be");
        }

        return new ColumnFileFooter
        {
            Number = BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            Base = table,
            Columns = (int)columns,
            Blocks = (int)blocks,
            Sections = ParseSections(bytes[ColumnFileFormat.FooterFixedLength..], (int)sections),
        };
    }

    private static TableSection[] ParseSections(ReadOnlySpan<byte> bytes, int count)
    {
        TableSection[] sections = new TableSection[count];
        for (int i = 0; i < count; i++, bytes = bytes[TableFormat.SectionEntryLength..])
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

    private static void CheckSections(TableFile file, ColumnFileFooter footer, long footerOffset)
    {
        ulong next = TableFormat.HeaderLength;
        ushort[] known = [TableFormat.BlocksSection, TableFormat.ColumnsSection, TableFormat.IndexSection];
        int[] found = new int[known.Length];
        foreach (TableSection section in footer.Sections)
        {
            if ((ulong)section.Offset != next || (ulong)section.Length > (ulong)footerOffset - next)
            {
                throw file.Corrupt(footerOffset, $"{section} does not start at {next} or ends behind the footer");
            }

            next += (ulong)section.Length;
            int tag = Array.IndexOf(known, section.Tag);
            if (tag >= 0)
            {
                found[tag]++;
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
}
