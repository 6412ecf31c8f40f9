namespace Signals.Core.Ingest;

/// <summary>Offsets and limits of a group record, shared by writer and reader; see docs/formats/batch-record.md.</summary>
internal static class GroupRecordFormat
{
    /// <summary>The only version of the body so far.</summary>
    public const byte Version = 1;

    /// <summary>Offset of the i64 position of the source.</summary>
    public const int PositionOffset = RecordFormat.HeaderLength;

    /// <summary>Offset of the u16 length of the source's name.</summary>
    public const int NameLengthOffset = PositionOffset + sizeof(long);

    /// <summary>Offset of six bytes that are 0.</summary>
    public const int ReservedOffset = NameLengthOffset + sizeof(ushort);

    /// <summary>Offset of the source's name, UTF-8, padded with zeros to a multiple of 8.</summary>
    public const int NameOffset = ReservedOffset + 6;

    /// <summary>Most bytes of a source's name.</summary>
    public const int MaxNameBytes = 256;

    /// <summary>Offset of the first batch record.</summary>
    public static int RecordsOffset(int nameLength) => NameOffset + RecordFormat.Align(nameLength);
}
