using System.Buffers.Binary;
using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Reads the footer of a table file and refuses a file that is not the one in the manifest or that contradicts itself. Thread
/// contract: any thread; stateless.
/// </summary>
internal static class TableFooterReader
{
    /// <summary>Reads and verifies the footer of the file that <paramref name="meta"/> names.</summary>
    /// <exception cref="CorruptionException">The file is not the recorded table, or is damaged.</exception>
    public static TableFooter Read(TableFile file, TableMeta meta)
    {
        long length = file.Length;
        if (length != meta.FileLength || length < TableFormat.MinFileLength)
        {
            throw file.Corrupt(Math.Max(0, Math.Min(length, meta.FileLength)),
                $"the file has {length} bytes; the manifest says {meta.FileLength}, and a table has at least "
                + $"{TableFormat.MinFileLength}");
        }

        TableFooter footer = Read(file, meta.FileChecksum, out long offset);
        CheckMeta(file, footer, meta, offset);
        return footer;
    }

    /// <summary>
    /// Reads and verifies the footer of a part of a segment that no manifest knows yet. Its length, checksum and identity are
    /// those that its segment states.
    /// </summary>
    /// <exception cref="CorruptionException">The bytes are not that part, or are damaged.</exception>
    public static TableFooter ReadPart(TableFile file, uint checksum)
    {
        TableFooter footer = Read(file, checksum, out long offset);
        return footer.Identity == file.Identity
            ? footer
            : throw file.Corrupt(offset, $"the footer describes table {footer.Identity:x16}; the segment has {file.Identity:x16} here");
    }

    private static TableFooter Read(TableFile file, uint checksum, out long offset)
    {
        TableFooter footer = Parse(file, checksum, out offset, out _);
        TableFormat.Envelope.RequireSections(file, footer.Sections, offset);
        return footer;
    }

    /// <summary>
    /// Builds the metadata that a manifest would record about a file, from the file itself. Its sections are not checked.
    /// </summary>
    /// <exception cref="CorruptionException">The file is not a table, or its footer is damaged.</exception>
    public static TableMeta ReadMeta(TableFile file)
    {
        long length = file.Length;
        if (length < TableFormat.MinFileLength)
        {
            throw file.Corrupt(0, $"the file has {length} bytes; a table has at least {TableFormat.MinFileLength}");
        }

        TableFooter footer = Parse(file, expected: null, out _, out uint checksum);
        return footer.ToMeta(file.Identity, length, checksum);
    }

    private static TableFooter Parse(TableFile file, uint? expected, out long offset, out uint checksum)
    {
        uint flags = TableFormat.Envelope.ReadHeader(file);
        return Parse(file, TableFormat.Envelope.ReadFooter(file, flags, expected, out offset, out checksum), flags, offset);
    }

    private static TableFooter Parse(TableFile file, ReadOnlySpan<byte> bytes, uint flags, long offset)
    {
        uint users = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        ulong rows = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        uint sections = BinaryPrimitives.ReadUInt32LittleEndian(bytes[60..]);
        if (rows == 0 || rows > int.MaxValue || users == 0 || users > rows || sections != TableFormat.Envelope.SectionRoom(bytes))
        {
            throw file.Corrupt(offset, $"the footer is not valid: it has {rows} rows, {users} users and {sections} sections");
        }

        RowDefaults defaults = ParseRun(bytes, flags);
        RowTraits traits = (RowTraits)bytes[59];
        if (!defaults.IsValid || defaults.CriticalFlags != flags || traits > (RowTraits.Retracted | RowTraits.NeverInserted)
            || (traits != RowTraits.None && (defaults.Parts & StampParts.Existence) == 0))
        {
            throw file.Corrupt(
                offset, $"the footer is not valid: run {defaults}, row traits {traits} and critical flags {flags:x} do not fit together");
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
            Defaults = defaults,
            Traits = traits,
            NewestInserted = BinaryPrimitives.ReadInt64LittleEndian(bytes[64..]),
            Sections = TableFormat.Envelope.ParseSections(bytes),
        };
    }

    private static RowDefaults ParseRun(ReadOnlySpan<byte> bytes, uint flags)
    {
        long generation = BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]);
        ushort rank = BinaryPrimitives.ReadUInt16LittleEndian(bytes[56..]);
        bool known = generation is >= 1 and <= Stamp.MaxGeneration;
        Stamp stamp = known ? Stamp.Create(generation, rank) : generation == 0 && rank == 0 ? Stamp.Streamed : Stamp.None;
        return new RowDefaults((RunKind)bytes[58], stamp, (StampParts)(flags & ~TableFormat.PatchesFlag));
    }

    private static void CheckMeta(TableFile file, TableFooter footer, TableMeta meta, long offset)
    {
        if (footer.Identity != file.Identity
            || footer.EventType != (meta.SegmentFile == 0 ? meta.EventType : 0) || footer.Rows != meta.Rows
            || footer.Users != meta.Users || footer.WindowStart != meta.WindowStart || footer.MinTime != meta.MinTime
            || footer.MaxTime != meta.MaxTime || footer.MinTime > footer.MaxTime || footer.Defaults.Kind != meta.Kind
            || footer.Defaults.Stamp != meta.Stamp || footer.Traits != meta.Traits || footer.NewestInserted != meta.NewestInserted)
        {
            throw file.Corrupt(
                offset, $"the footer describes table {footer.Identity} with {footer.Rows} rows; the manifest expects {meta}");
        }
    }
}
