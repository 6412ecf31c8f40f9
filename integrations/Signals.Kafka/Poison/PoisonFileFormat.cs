namespace Signals.Kafka.Poison;

/// <summary>The bytes of a file of poison records (docs/formats/partition-log.md#poison-file). Constants.</summary>
internal static class PoisonFileFormat
{
    /// <summary>
    /// The length of a body, the same with every bit inverted, and the checksum of the body. A damaged length would otherwise look like
    /// an entry that a crash cut short.
    /// </summary>
    public const int EntryHeaderBytes = InvertedLengthAt + sizeof(int) + sizeof(ulong);

    public const int InvertedLengthAt = sizeof(int);
    public const int ChecksumAt = 2 * sizeof(int);

    public const int OffsetAt = 0;
    public const int TimestampAt = 8;
    public const int FirstPartAt = 16;

    /// <summary>No entry is longer: the largest message of Kafka is below it.</summary>
    public const int MaxBodyBytes = 1 << 30;

    /// <summary>The first bytes of a file, with the version.</summary>
    public static ReadOnlySpan<byte> Magic => "SIGPOIS1"u8;
}
