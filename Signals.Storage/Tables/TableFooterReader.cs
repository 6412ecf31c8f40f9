using System.Buffers.Binary;
using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Reads header, tail and footer of a table file and refuses what does not fit: another kind of file, a newer version, a file
/// that is not the one in the manifest, sections that do not tile the file. Stateless.
/// </summary>
internal static class TableFooterReader
{
    // A counter of eight bits per tag: no list of sections is long enough to overflow one.
    private const int BitsPerTag = 8;
    private const long EachOnce = 0x01_01_01_01_00;

    /// <summary>The verified footer of the file that <paramref name="meta"/> names.</summary>
    /// <exception cref="Core.Model.CorruptionException">The file is not that table, or damaged.</exception>
    public static TableFooter Read(TableFile file, TableMeta meta)
    {
        long length = file.Length;
        if (length != meta.FileLength || length < TableFormat.MinFileLength)
        {
            throw file.Corrupt(Math.Max(0, Math.Min(length, meta.FileLength)),
                $"the file has {length} bytes, the manifest says {meta.FileLength}, the shortest table {TableFormat.MinFileLength}");
        }

        TableFooter footer = Read(file, meta.FileChecksum, out long offset);
        CheckMeta(file, footer, meta, offset);
        return footer;
    }

    /// <summary>The verified footer of a part that no manifest knows yet; its length, checksum and identity are those of its segment.</summary>
    /// <exception cref="Core.Model.CorruptionException">The bytes are not that table, or damaged.</exception>
    public static TableFooter ReadPart(TableFile file, uint checksum)
    {
        TableFooter footer = Read(file, checksum, out long offset);
        return footer.Identity == file.Identity
            ? footer
            : throw file.Corrupt(offset, $"the footer describes table {footer.Identity:x16}, the segment has {file.Identity:x16} here");
    }

    private static TableFooter Read(TableFile file, uint checksum, out long offset)
    {
        uint flags = CheckHeader(file);
        byte[] bytes = ReadFooterAndTail(file, checksum, file.Length, flags, out offset);
        TableFooter footer = Parse(file, bytes, flags, offset);
        CheckSections(file, footer, offset);
        return footer;
    }

    /// <summary>What a manifest would say of a file, by the file itself; its sections are not checked yet.</summary>
    /// <exception cref="CorruptionException">The file is no table, or its footer is damaged.</exception>
    public static TableMeta ReadMeta(TableFile file)
    {
        long length = file.Length;
        if (length < TableFormat.MinFileLength)
        {
            throw file.Corrupt(0, $"the file has {length} bytes, the shortest table {TableFormat.MinFileLength}");
        }

        uint flags = CheckHeader(file);
        Span<byte> tail = stackalloc byte[TableFormat.TailLength];
        file.ReadExactly(length - TableFormat.TailLength, tail);
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(tail[TableFormat.TailChecksumAt..]);
        byte[] bytes = ReadFooterAndTail(file, checksum, length, flags, out long offset);
        TableFooter footer = Parse(file, bytes, flags, offset);
        return new TableMeta
        {
            Number = file.Identity,
            EventType = footer.EventType,
            WindowStart = footer.WindowStart,
            MinTime = footer.MinTime,
            MaxTime = footer.MaxTime,
            Rows = footer.Rows,
            Users = footer.Users,
            FileLength = length,
            FileChecksum = checksum,
            Kind = footer.Run.Kind,
            Stamp = footer.Run.Stamp,
            Traits = footer.Traits,
            NewestInserted = footer.NewestInserted,
        };
    }

    private static uint CheckHeader(TableFile file)
    {
        Span<byte> header = stackalloc byte[TableFormat.HeaderLength];
        file.ReadExactly(0, header);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        CheckKind(file, 0, BinaryPrimitives.ReadUInt64LittleEndian(header), BinaryPrimitives.ReadUInt32LittleEndian(header[8..]), flags);
        file.RequireChecksum(0, header[..TableFormat.HeaderChecksumAt],
            BinaryPrimitives.ReadUInt32LittleEndian(header[TableFormat.HeaderChecksumAt..]));
        return flags;
    }

    private static byte[] ReadFooterAndTail(TableFile file, uint expected, long length, uint flags, out long offset)
    {
        long tailAt = length - TableFormat.TailLength;
        Span<byte> tail = stackalloc byte[TableFormat.TailLength];
        file.ReadExactly(tailAt, tail);
        CheckKind(file, tailAt, BinaryPrimitives.ReadUInt64LittleEndian(tail[24..]), BinaryPrimitives.ReadUInt32LittleEndian(tail[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(tail[12..]));
        offset = BinaryPrimitives.ReadInt64LittleEndian(tail);
        uint footerLength = BinaryPrimitives.ReadUInt32LittleEndian(tail[8..]);
        if (footerLength < TableFormat.FooterFixedLength
            || footerLength > TableFormat.FooterFixedLength + TableFormat.SectionEntryLength * TableFormat.MaxSections
            || offset != tailAt - footerLength || BinaryPrimitives.ReadUInt32LittleEndian(tail[12..]) != flags)
        {
            throw file.Corrupt(tailAt, $"a footer of {footerLength} bytes at {offset} does not end where the tail starts, "
                + $"or the flags are not those of the header, {flags:x}");
        }

        byte[] bytes = new byte[footerLength + TableFormat.TailLength];
        file.ReadExactly(offset, bytes);
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(tail[TableFormat.TailChecksumAt..]);
        file.RequireChecksum(offset, bytes.AsSpan(0, (int)footerLength + TableFormat.TailChecksumAt), checksum);
        if (checksum != expected)
        {
            throw file.Corrupt(tailAt, $"the file's checksum is {checksum:x8}, expected {expected:x8}");
        }

        return bytes;
    }

    private static void CheckKind(TableFile file, long offset, ulong magic, uint version, uint criticalFlags)
    {
        if (magic != TableFormat.Magic)
        {
            throw file.Corrupt(offset, $"not a table file: magic is {magic:x16}, expected {TableFormat.Magic:x16}");
        }

        if (version != TableFormat.Version || (criticalFlags & ~TableFormat.KnownCriticalFlags) != 0)
        {
            throw file.Corrupt(offset, $"format version {version} with critical flags {criticalFlags:x} needs another "
                + $"version of Signals; this one reads version {TableFormat.Version}");
        }
    }

    private static TableFooter Parse(TableFile file, ReadOnlySpan<byte> bytes, uint flags, long offset)
    {
        uint users = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        ulong rows = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        uint sections = BinaryPrimitives.ReadUInt32LittleEndian(bytes[60..]);
        int room = (bytes.Length - TableFormat.TailLength - TableFormat.FooterFixedLength) / TableFormat.SectionEntryLength;
        if (rows == 0 || rows > int.MaxValue || users == 0 || users > rows || sections != room)
        {
            throw file.Corrupt(offset, $"a footer with {rows} rows, {users} users, {sections} sections cannot be");
        }

        TableRun run = ParseRun(bytes, flags);
        RowTraits traits = (RowTraits)bytes[59];
        if (!run.IsValid || run.CriticalFlags != flags || traits > (RowTraits.Retracted | RowTraits.NeverInserted)
            || (traits != RowTraits.None && (run.Parts & StampParts.Existence) == 0))
        {
            throw file.Corrupt(offset, $"a run of {run} with rows {traits} and critical flags {flags:x} cannot be");
        }

        return new TableFooter
        {
            Identity = BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            EventType = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]),
            Columns = BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]),
            Users = (int)users,
            Rows = (int)rows,
            WindowStart = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            MinTime = BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            MaxTime = BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
            Run = run,
            Traits = traits,
            NewestInserted = BinaryPrimitives.ReadInt64LittleEndian(bytes[64..]),
            Sections = ParseSections(bytes[TableFormat.FooterFixedLength..], (int)sections),
        };
    }

    private static TableRun ParseRun(ReadOnlySpan<byte> bytes, uint flags)
    {
        long generation = BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]);
        ushort rank = BinaryPrimitives.ReadUInt16LittleEndian(bytes[56..]);
        bool known = generation is >= 1 and <= Stamp.MaxGeneration;
        Stamp stamp = known ? Stamp.Of(generation, rank) : generation == 0 && rank == 0 ? Stamp.Streamed : Stamp.None;
        return new TableRun((RunKind)bytes[58], stamp, (StampParts)(flags & ~TableFormat.PatchesFlag));
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

    private static void CheckMeta(TableFile file, TableFooter footer, TableMeta meta, long offset)
    {
        if (footer.Identity != file.Identity || footer.EventType != (meta.SegmentFile == 0 ? meta.EventType : 0) || footer.Rows != meta.Rows
            || footer.Users != meta.Users || footer.WindowStart != meta.WindowStart || footer.MinTime != meta.MinTime
            || footer.MaxTime != meta.MaxTime || footer.MinTime > footer.MaxTime || footer.Run.Kind != meta.Kind
            || footer.Run.Stamp != meta.Stamp || footer.Traits != meta.Traits || footer.NewestInserted != meta.NewestInserted)
        {
            throw file.Corrupt(offset, $"the footer describes table {footer.Identity} of {footer.Rows} rows, the manifest {meta}");
        }
    }

    private static void CheckSections(TableFile file, TableFooter footer, long footerOffset)
    {
        ulong next = TableFormat.HeaderLength;
        long known = 0;
        foreach (TableSection section in footer.Sections)
        {
            if ((ulong)section.Offset != next || (ulong)section.Length > (ulong)footerOffset - next)
            {
                throw file.Corrupt(footerOffset, $"{section} does not start at {next} or ends behind the footer");
            }

            next += (ulong)section.Length;
            if (section.Tag is >= TableFormat.BlocksSection and <= TableFormat.IndexSection)
            {
                known += 1L << (section.Tag * BitsPerTag);
            }
            else if ((section.Flags & TableFormat.CriticalSection) != 0)
            {
                throw file.Corrupt(footerOffset, $"critical section {section.Tag} needs a newer version of Signals");
            }
        }

        if (next != (ulong)footerOffset || known != EachOnce)
        {
            throw file.Corrupt(footerOffset, "sections are missing or repeated, or bytes of the file belong to none");
        }
    }
}
