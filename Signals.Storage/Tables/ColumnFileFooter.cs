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

    /// <summary>Footer and tail, to be written at an offset.</summary>
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
