namespace Signals.Storage.Wal;

/// <summary>
/// Every constant of the log file format, shared by writer, reader and repair. Described in <c>docs/formats/log.md</c>. All
/// integers are little-endian.
/// </summary>
internal static class LogFormat
{
    /// <summary>"SIGNLOG1" as the first eight bytes.</summary>
    public const ulong Magic = 0x31474F4C_4E474953;

    /// <summary>The version that this code writes, and the newest that it reads.</summary>
    public const uint Version = 1;

    /// <summary>Bytes of the header page. Entries start after it.</summary>
    public const int HeaderBytes = 4096;

    public const int MagicOffset = 0;
    public const int VersionOffset = 8;
    public const int LogNumberOffset = 16;
    public const int FixedSizeOffset = 24;
    public const int HeaderChecksumOffset = HeaderBytes - sizeof(uint);

    /// <summary>Bytes of an entry header. The payload follows it.</summary>
    public const int EntryBytes = 40;

    public const int EntryChecksumOffset = 0;
    public const int EntryLengthOffset = 4;
    public const int EntryLogNumberOffset = 8;
    public const int EntrySequenceOffset = 16;
    public const int EntrySyncedOffset = 24;
    public const int EntryPositionOffset = 32;

    /// <summary>The size of a log that only reserves its number and is never written to.</summary>
    public const long EmptyBytes = HeaderBytes + (2 * EntryBytes);

    /// <summary>Entries start at multiples of this. The gap after a payload is zeros.</summary>
    public const int Alignment = 8;

    /// <summary>The largest payload of an entry.</summary>
    public const int MaxPayloadBytes = 1 << 30;

    /// <summary>The bytes that an entry with a payload of this length takes.</summary>
    public static long EntryLength(int payloadBytes) => EntryBytes + (((long)payloadBytes + Alignment - 1) & -Alignment);
}
