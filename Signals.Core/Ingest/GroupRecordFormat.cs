namespace Signals.Core.Ingest;

/// <summary>Offsets and limits of a group record, shared by writer and reader; see docs/formats/batch-record.md.</summary>
internal static class GroupRecordFormat
{
    /// <summary>The version of the body for a source that has no incarnation and was never reset.</summary>
    public const byte Version = 1;

    /// <summary>The version of the body with an incarnation and a generation.</summary>
    public const byte IncarnationVersion = 2;

    /// <summary>Offset of the i64 position of the source.</summary>
    public const int PositionOffset = RecordFormat.HeaderLength;

    /// <summary>Offset of the u16 length of the source's name.</summary>
    public const int NameLengthOffset = PositionOffset + sizeof(long);

    /// <summary>Offset of six bytes that are 0, in version 1.</summary>
    public const int ReservedOffset = NameLengthOffset + sizeof(ushort);

    /// <summary>Offset of a u16, the number of bytes that the fingerprint covers, in version 2.</summary>
    public const int PrefixBytesOffset = ReservedOffset;

    /// <summary>Offset of the u32 generation, in version 2.</summary>
    public const int GenerationOffset = PrefixBytesOffset + sizeof(ushort);

    /// <summary>Offset of the u128 incarnation, in version 2; the name follows.</summary>
    public const int IncarnationOffset = GenerationOffset + sizeof(uint);

    /// <summary>The bytes of the incarnation.</summary>
    public const int IncarnationBytes = 16;

    /// <summary>Offset of the source's name, UTF-8, padded with zeros to a multiple of 8; in version 1.</summary>
    public const int NameOffset = ReservedOffset + 6;

    /// <summary>The largest number of bytes of a source's name.</summary>
    public const int MaxNameBytes = 256;

    /// <summary>Offset of the source's name in a version.</summary>
    public static int NameOffsetOf(byte version) => version == Version ? NameOffset : IncarnationOffset + IncarnationBytes;

    /// <summary>Offset of the first batch record in version 1.</summary>
    public static int RecordsOffset(int nameLength) => RecordsOffset(Version, nameLength);

    /// <summary>Offset of the first batch record in a version.</summary>
    public static int RecordsOffset(byte version, int nameLength) => NameOffsetOf(version) + RecordFormat.Align(nameLength);
}
