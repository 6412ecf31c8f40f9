using System.Buffers.Binary;

namespace Signals.Storage.Tables;

/// <summary>
/// The fixed part of the footer of a table: what the table is and where its sections are. Immutable once read or written.
/// </summary>
internal sealed class TableFooter
{
    /// <summary>
    /// The number that every checksum includes: the number of the table, or the number that a segment gave its part.
    /// </summary>
    public required ulong Identity { get; init; }

    /// <summary>Id of the event type.</summary>
    public required ushort EventType { get; init; }

    /// <summary>The number of columns when the table was written.</summary>
    public required ushort Columns { get; init; }

    /// <summary>The number of distinct users.</summary>
    public required int Users { get; init; }

    /// <summary>The number of rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Start of the time window.</summary>
    public required long WindowStart { get; init; }

    /// <summary>The oldest event time.</summary>
    public required long MinTime { get; init; }

    /// <summary>The newest event time.</summary>
    public required long MaxTime { get; init; }

    /// <summary>The newest event time of an inserted row; <see cref="long.MinValue"/> when no row was inserted.</summary>
    public required long NewestInserted { get; init; }

    /// <summary>What holds for all rows.</summary>
    public required RowDefaults Defaults { get; init; }

    /// <summary>Properties that some rows have.</summary>
    public required RowTraits Traits { get; init; }

    /// <summary>The sections in file order, without gaps.</summary>
    public required TableSection[] Sections { get; init; }

    /// <summary>Whether the directory is stored in pages. Then the directory section is their index.</summary>
    public bool HasDirectoryPages => Array.Exists(Sections, section => section.Tag == TableFormat.DirectoryPagesSection);

    /// <summary>Whether there is a filter of the users.</summary>
    public bool HasUserFilter => Array.Exists(Sections, section => section.Tag == TableFormat.UserFilterSection);

    /// <summary>The section with a tag. It exists, because a reader requires every section that is not optional.</summary>
    public TableSection Section(ushort tag) => Array.Find(Sections, section => section.Tag == tag);

    /// <summary>What a manifest says of the table.</summary>
    /// <param name="number">The number that the table has in the store.</param>
    /// <param name="length">Bytes of its file, or of its part of a segment.</param>
    /// <param name="checksum">The checksum of the file or part.</param>
    public TableMeta ToMeta(ulong number, long length, uint checksum) => new()
    {
        Number = number,
        EventType = EventType,
        WindowStart = WindowStart,
        MinTime = MinTime,
        MaxTime = MaxTime,
        Rows = Rows,
        Users = Users,
        FileLength = length,
        FileChecksum = checksum,
        Kind = Defaults.Kind,
        Stamp = Defaults.Stamp,
        Traits = Traits,
        NewestInserted = NewestInserted,
    };

    /// <summary>Encodes footer and tail as they are written at an offset.</summary>
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
        BinaryPrimitives.WriteInt64LittleEndian(to[48..], Defaults.Stamp.Generation);
        BinaryPrimitives.WriteUInt16LittleEndian(to[56..], Defaults.Stamp.SourceRank);
        to[58] = (byte)Defaults.Kind;
        to[59] = (byte)Traits;
        BinaryPrimitives.WriteInt32LittleEndian(to[60..], Sections.Length);
        BinaryPrimitives.WriteInt64LittleEndian(to[64..], NewestInserted);
        return TableFormat.Envelope.EncodeFooter(Identity, Defaults.CriticalFlags, offset, to, Sections, out checksum);
    }
}
