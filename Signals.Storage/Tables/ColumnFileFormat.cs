namespace Signals.Storage.Tables;

/// <summary>
/// Every constant of the column file format that differs from the table's, shared by writer and reader. Described in
/// docs/formats/column-file.md. Header, sections and tail have the layout of <see cref="TableFormat"/>, with a magic of their
/// own.
/// </summary>
internal static class ColumnFileFormat
{
    /// <summary>"SIGCOLUM" read as a little-endian number: the first and the last eight bytes of the file.</summary>
    public const ulong Magic = 0x4D55_4C4F_4347_4953;

    /// <summary>The version that this code writes, and the newest that it reads.</summary>
    public const uint Version = 1;

    /// <summary>Bits of the header's and tail's critical flags that this code understands: none yet.</summary>
    public const uint KnownCriticalFlags = 0;

    /// <summary>Bytes of the footer before its list of sections.</summary>
    public const int FooterFixedLength = 48;

    /// <summary>The length of the shortest possible column file.</summary>
    public const int MinFileLength = TableFormat.HeaderLength + FooterFixedLength + TableFormat.TailLength;

    /// <summary>Header, sections and tail.</summary>
    public static readonly FileEnvelope Envelope = new(
        "column file", Magic, Version, KnownCriticalFlags, FooterFixedLength,
        TableFormat.BlocksSection, TableFormat.ColumnsSection, TableFormat.IndexSection);

    /// <summary>The most columns, which is the limit of an event type.</summary>
    public const int MaxColumns = 1024;

    /// <summary>Bytes of the index before its first block.</summary>
    public const int IndexHeaderLength = 8;

    /// <summary>Bytes of a block's index entry before its chunks: the number of the block and its rows.</summary>
    public const int BlockEntryLength = 8;

    /// <summary>The chunks of a column in a block: its cells, then their stamps.</summary>
    public const int ChunksPerColumn = 2;
}
