using System.Buffers.Binary;

namespace Signals.Storage.Tables;

/// <summary>
/// Reads the footer of a column file and refuses a file that is not the one in the manifest or that belongs to another table.
/// Thread contract: any thread; stateless.
/// </summary>
internal static class ColumnFileFooterReader
{
    /// <summary>Reads and verifies the footer of the file that <paramref name="meta"/> names.</summary>
    /// <exception cref="CorruptionException">
    /// The file is another column file, belongs to another table, or is damaged.
    /// </exception>
    public static ColumnFileFooter Read(TableFile file, ColumnFileMeta meta, in ColumnFileBase table)
    {
        long length = file.Length;
        if (length != meta.FileLength || length < ColumnFileFormat.MinFileLength)
        {
            throw file.Corrupt(Math.Max(0, Math.Min(length, meta.FileLength)),
                $"the file has {length} bytes; the manifest says {meta.FileLength}, and a column file has at least "
                + $"{ColumnFileFormat.MinFileLength}");
        }

        uint flags = ColumnFileFormat.Envelope.ReadHeader(file);
        byte[] bytes = ColumnFileFormat.Envelope.ReadFooter(file, flags, meta.FileChecksum, out long offset, out _);
        ColumnFileFooter footer = Parse(file, bytes, offset);
        if (footer.Number != meta.Number || footer.Columns != meta.Columns.Length)
        {
            throw file.Corrupt(
                offset, $"the footer describes column file {footer.Number} with {footer.Columns} columns; the manifest expects {meta}");
        }

        if (footer.Base != table)
        {
            throw file.Corrupt(offset, $"the column file belongs to {footer.Base}, not to {table}");
        }

        ColumnFileFormat.Envelope.RequireSections(file, footer.Sections, offset);
        return footer;
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
        if (blocks == 0 || blocks > (uint)table.Blocks || columns is 0 or > ColumnFileFormat.MaxColumns
            || sections != ColumnFileFormat.Envelope.SectionRoom(bytes)
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]) != 0)
        {
            throw file.Corrupt(offset, $"the footer is not valid: it has {blocks} blocks, {columns} columns and {sections} sections");
        }

        return new ColumnFileFooter
        {
            Number = BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            Base = table,
            Columns = (int)columns,
            Blocks = (int)blocks,
            Sections = ColumnFileFormat.Envelope.ParseSections(bytes),
        };
    }
}
