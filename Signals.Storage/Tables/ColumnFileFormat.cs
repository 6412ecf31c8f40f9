namespace Signals.Storage.Tables;

/// <summary>
/// Every constant of the column file that is not the table's, shared by writer and reader; see docs/formats/column-file.md. Header,
/// sections and tail are laid out as <see cref="TableFormat"/> has them, under a magic of their own.
/// </summary>
internal static class ColumnFileFormat
{
    /// <summary>"SIGCOLUM" read as a little-endian number; first and last eight bytes of the file.</summary>
    public const ulong Magic = 0x4D55_4C4F_4347_4953;

    /// <summary>The version this code writes and the newest it reads.</summary>
    public const uint Version = 1;

    /// <summary>Bits of the header's and tail's critical flags that this code understands: none yet.</summary>
    public const uint KnownCriticalFlags = 0;

    /// <summary>Bytes of the footer before its list of sections.</summary>
    public const int FooterFixedLength = 48;

    /// <summary>Shortest file that can be a column file.</summary>
    public const int MinFileLength = TableFormat.HeaderLength + FooterFixedLength + TableFormat.TailLength;

    /// <summary>Header, sections and tail.</summary>
    public static readonly FileEnvelope Envelope = new(
        "column file", Magic, Version, KnownCriticalFlags, FooterFixedLength,
        TableFormat.BlocksSection, TableFormat.ColumnsSection, TableFormat.IndexSection);

    /// <summary>As many columns as an event type can have.</summary>
    public const int MaxColumns = 1024;

    /// <summary>Bytes of the index before its first block.</summary>
    public const int IndexHeaderLength = 8;

    /// <summary>Bytes of a block's index entry before its chunks: block number and rows.</summary>
    public const int BlockEntryLength = 8;

    /// <summary>Chunks of a column in a block: its cells, then their stamps.</summary>
    public const int ChunksPerColumn = 2;
}
