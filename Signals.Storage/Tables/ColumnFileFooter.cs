using System.Buffers.Binary;

namespace Signals.Storage.Tables;

/// <summary>The fixed part of a column file: who it is, which table it belongs to, where its sections lie. Immutable once read or written.</summary>
internal sealed class ColumnFileFooter
{
    /// <summary>The file's number.</summary>
    public required ulong Number { get; init; }

    /// <summary>The table that it belongs to.</summary>
    public required ColumnFileBase Base { get; init; }

    /// <summary>Columns of the file.</summary>
    public required int Columns { get; init; }

    /// <summary>Blocks of the table of which some chunk is here.</summary>
    public required int Blocks { get; init; }

    /// <summary>The sections, in file order, back to back.</summary>
    public required TableSection[] Sections { get; init; }

    /// <summary>The section with a tag, which exists: reading requires all that version 1 knows.</summary>
    public TableSection Section(ushort tag) => Array.Find(Sections, section => section.Tag == tag);

    /// <summary>The file's first 32 bytes.</summary>
    public static byte[] EncodeHeader(ulong number)
    {
        byte[] header = new byte[TableFormat.HeaderLength];
        BinaryPrimitives.WriteUInt64LittleEndian(header, ColumnFileFormat.Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), ColumnFileFormat.Version);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(16), number);
        uint checksum = TableFormat.Checksum(number, 0, header.AsSpan(0, TableFormat.HeaderChecksumAt));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(TableFormat.HeaderChecksumAt), checksum);
        return header;
    }

    /// <summary>Footer and tail, to be written at an offset.</summary>
    public byte[] Encode(long offset, out uint checksum)
    {
        int length = ColumnFileFormat.FooterFixedLength + TableFormat.SectionEntryLength * Sections.Length;
        byte[] bytes = new byte[length + TableFormat.TailLength];
        Span<byte> to = bytes;
        BinaryPrimitives.WriteUInt64LittleEndian(to, Number);
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], Base.Identity);
        BinaryPrimitives.WriteUInt32LittleEndian(to[16..], Base.Checksum);
        BinaryPrimitives.WriteInt32LittleEndian(to[20..], Base.Rows);
        BinaryPrimitives.WriteInt32LittleEndian(to[24..], Base.Blocks);
        BinaryPrimitives.WriteInt32LittleEndian(to[28..], Blocks);
        BinaryPrimitives.WriteInt32LittleEndian(to[32..], Columns);
        BinaryPrimitives.WriteInt32LittleEndian(to[36..], Sections.Length);
        for (int i = 0; i < Sections.Length; i++)
        {
            Span<byte> entry = to[(ColumnFileFormat.FooterFixedLength + i * TableFormat.SectionEntryLength)..];
            BinaryPrimitives.WriteUInt16LittleEndian(entry, Sections[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], Sections[i].Flags);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], Sections[i].Checksum);
            BinaryPrimitives.WriteInt64LittleEndian(entry[8..], Sections[i].Offset);
            BinaryPrimitives.WriteInt64LittleEndian(entry[16..], Sections[i].Length);
        }

        Span<byte> tail = to[length..];
        BinaryPrimitives.WriteInt64LittleEndian(tail, offset);
        BinaryPrimitives.WriteInt32LittleEndian(tail[8..], length);
        BinaryPrimitives.WriteUInt32LittleEndian(tail[16..], ColumnFileFormat.Version);
        checksum = TableFormat.Checksum(Number, offset, to[..(length + TableFormat.TailChecksumAt)]);
        BinaryPrimitives.WriteUInt32LittleEndian(tail[TableFormat.TailChecksumAt..], checksum);
        BinaryPrimitives.WriteUInt64LittleEndian(tail[24..], ColumnFileFormat.Magic);
        return bytes;
    }
}
