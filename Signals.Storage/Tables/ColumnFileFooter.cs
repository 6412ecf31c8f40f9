using System.Buffers.Binary;

namespace Signals.Storage.Tables;

/// <summary>
/// The fixed part of the footer of a column file: the number of the file, the table that it belongs to, and the places of its
/// sections. Immutable once read or written.
/// </summary>
internal sealed class ColumnFileFooter
{
    /// <summary>The number of the file.</summary>
    public required ulong Number { get; init; }

    /// <summary>The table that the file belongs to.</summary>
    public required ColumnFileBase Base { get; init; }

    /// <summary>The number of columns in the file.</summary>
    public required int Columns { get; init; }

    /// <summary>The number of blocks of the table that have a chunk in this file.</summary>
    public required int Blocks { get; init; }

    /// <summary>The sections in file order, without gaps.</summary>
    public required TableSection[] Sections { get; init; }

    /// <summary>The section with a tag. It exists, because a reader requires all sections of version 1.</summary>
    public TableSection Section(ushort tag) => Array.Find(Sections, section => section.Tag == tag);

    /// <summary>Encodes footer and tail as they are written at an offset.</summary>
    public byte[] Encode(long offset, out uint checksum)
    {
        Span<byte> to = stackalloc byte[ColumnFileFormat.FooterFixedLength];
        to.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(to, Number);
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], Base.Identity);
        BinaryPrimitives.WriteUInt32LittleEndian(to[16..], Base.Checksum);
        BinaryPrimitives.WriteInt32LittleEndian(to[20..], Base.Rows);
        BinaryPrimitives.WriteInt32LittleEndian(to[24..], Base.Blocks);
        BinaryPrimitives.WriteInt32LittleEndian(to[28..], Blocks);
        BinaryPrimitives.WriteInt32LittleEndian(to[32..], Columns);
        BinaryPrimitives.WriteInt32LittleEndian(to[36..], Sections.Length);
        return ColumnFileFormat.Envelope.EncodeFooter(Number, criticalFlags: 0, offset, to, Sections, out checksum);
    }
}
