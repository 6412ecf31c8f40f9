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

    /// <summary>Bytes of the header page. Frames start after it.</summary>
    public const int HeaderBytes = 4096;

    public const int MagicOffset = 0;
    public const int VersionOffset = 8;
    public const int LogNumberOffset = 16;
    public const int FixedSizeOffset = 24;
    public const int HeaderChecksumOffset = HeaderBytes - sizeof(uint);

    /// <summary>Bytes of a frame header. The payload follows it.</summary>
    public const int FrameBytes = 40;

    public const int FrameChecksumOffset = 0;
    public const int FrameLengthOffset = 4;
    public const int FrameLogNumberOffset = 8;
    public const int FrameSequenceOffset = 16;
    public const int FrameSyncedOffset = 24;
    public const int FramePositionOffset = 32;

    /// <summary>The size of a log that only reserves its number and is never written to.</summary>
    public const long EmptyBytes = HeaderBytes + (2 * FrameBytes);

    /// <summary>Frames start at multiples of this. The gap after a payload is zeros.</summary>
    public const int Alignment = 8;

    /// <summary>The largest payload of a frame.</summary>
    public const int MaxPayloadBytes = 1 << 30;

    /// <summary>The bytes that a frame with a payload of this length takes.</summary>
    public static long FrameLength(int payloadBytes) => FrameBytes + (((long)payloadBytes + Alignment - 1) & -Alignment);
}
