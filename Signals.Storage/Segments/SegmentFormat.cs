namespace Signals.Storage.Segments;

/// <summary>Every constant of the segment file, shared by writer and reader; see docs/formats/segment.md.</summary>
internal static class SegmentFormat
{
    /// <summary>"SIGSEGMT" read as a little-endian number; first and last eight bytes of the file.</summary>
    public const ulong Magic = 0x544D_4745_5347_4953;

    /// <summary>The version this code writes and the newest it reads.</summary>
    public const uint Version = 1;

    /// <summary>Bits of the critical flags that this code understands: none yet.</summary>
    public const uint KnownCriticalFlags = 0;

    public const int HeaderFixedLength = 56;
    public const int HeaderLengthAt = 16;
    public const int ColumnFixedLength = 8;
    public const int ChecksumLength = 4;

    /// <summary>A header above this is nonsense: 1024 columns with the longest names take less.</summary>
    public const int MaxHeaderLength = 256 << 10;

    public const int IndexFixedLength = 8;
    public const int PartLength = 32;

    public const int TailLength = 64;
    public const int TailChecksumAt = 48;

    /// <summary>Day number that stands for no day.</summary>
    public const int NoDay = int.MinValue;

    /// <summary>Shortest file that can be a segment.</summary>
    public const int MinFileLength = HeaderFixedLength + ChecksumLength + IndexFixedLength + TailLength;
}
