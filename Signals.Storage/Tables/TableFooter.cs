using System.Buffers.Binary;

namespace Signals.Storage.Tables;

/// <summary>The fixed part of a table: who it is and where its sections lie. Immutable once read or written.</summary>
internal sealed class TableFooter
{
    /// <summary>What every checksum is bound to: the table's number, or what a segment gave its part.</summary>
    public required ulong Identity { get; init; }

    /// <summary>Id of the event type.</summary>
    public required ushort EventType { get; init; }

    /// <summary>Columns when the table was written.</summary>
    public required ushort Columns { get; init; }

    /// <summary>Distinct users.</summary>
    public required int Users { get; init; }

    /// <summary>Rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Start of the time window.</summary>
    public required long WindowStart { get; init; }

    /// <summary>Oldest event time.</summary>
    public required long MinTime { get; init; }

    /// <summary>Newest event time.</summary>
    public required long MaxTime { get; init; }

    /// <summary>Newest event time of a row that was inserted; <see cref="long.MinValue"/> when none was.</summary>
    public required long NewestInserted { get; init; }

    /// <summary>What holds for all rows.</summary>
    public required TableRun Run { get; init; }

    /// <summary>What some rows are.</summary>
    public required RowTraits Traits { get; init; }

    /// <summary>The sections, in file order, back to back.</summary>
    public required TableSection[] Sections { get; init; }

    /// <summary>Whether the directory is in pages, and the directory section their index.</summary>
    public bool HasDirectoryPages => Array.Exists(Sections, section => section.Tag == TableFormat.DirectoryPagesSection);

    /// <summary>Whether there is a filter of the users.</summary>
    public bool HasUserFilter => Array.Exists(Sections, section => section.Tag == TableFormat.UserFilterSection);

    /// <summary>The section with a tag, which exists: reading requires all that are not optional.</summary>
    public TableSection Section(ushort tag) => Array.Find(Sections, section => section.Tag == tag);

    /// <summary>Footer and tail, to be written at an offset.</summary>
    public byte[] Encode(long offset, out uint checksum)
    {
        Span<byte> to = stackalloc byte[TableFormat.FooterFixedLength];
        to.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(to, Identity);
        BinaryPrimitives.WriteUInt16LittleEndian(to[8..], EventType);
        BinaryPrimitives.WriteUInt16LittleEndian(to[10..], Columns);
        BinaryPrimitives.WriteInt32LittleEndian(to[12..], Users);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], Rows);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], WindowStart);
        BinaryPrimitives.WriteInt64LittleEndian(to[32..], MinTime);
        BinaryPrimitives.WriteInt64LittleEndian(to[40..], MaxTime);
        BinaryPrimitives.WriteInt64LittleEndian(to[48..], Run.Stamp.Generation);
        BinaryPrimitives.WriteUInt16LittleEndian(to[56..], Run.Stamp.SourceRank);
        to[58] = (byte)Run.Kind;
        to[59] = (byte)Traits;
        BinaryPrimitives.WriteInt32LittleEndian(to[60..], Sections.Length);
        BinaryPrimitives.WriteInt64LittleEndian(to[64..], NewestInserted);
        return TableFormat.Envelope.EncodeFooter(Identity, Run.CriticalFlags, offset, to, Sections, out checksum);
    }
}
