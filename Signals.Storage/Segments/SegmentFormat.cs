namespace Signals.Storage.Segments;

/// <summary>
/// Every constant of the segment file format, shared by writer and reader. Described in docs/formats/segment.md.
/// </summary>
internal static class SegmentFormat
{
    /// <summary>"SIGSEGMT" read as a little-endian number: the first and the last eight bytes of the file.</summary>
    public const ulong Magic = 0x544D_4745_5347_4953;

    /// <summary>The version that this code writes, and the newest that it reads.</summary>
    public const uint Version = 1;

    /// <summary>Bits of the critical flags that this code understands: none yet.</summary>
    public const uint KnownCriticalFlags = 0;

    public const int HeaderFixedLength = 56;
    public const int HeaderLengthAt = 16;
    public const int ColumnFixedLength = 8;
    public const int ChecksumLength = 4;

    /// <summary>The most bytes of a header. A longer one is damaged: 1024 columns with the longest names take less.</summary>
    public const int MaxHeaderLength = 256 << 10;

    public const int IndexFixedLength = 8;
    public const int PartLength = 32;

    public const int TailLength = 64;
    public const int TailChecksumAt = 48;

    /// <summary>The day number that stands for no day.</summary>
    public const int NoDay = int.MinValue;

    /// <summary>The length of the shortest possible segment.</summary>
    public const int MinFileLength = HeaderFixedLength + ChecksumLength + IndexFixedLength + TailLength;
}
