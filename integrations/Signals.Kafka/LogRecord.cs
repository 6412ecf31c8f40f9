namespace Signals.Kafka;

/// <summary>One record of a partition, as a decoder sees it. The spans are valid until the decoder returns.</summary>
public readonly ref struct LogRecord
{
    internal LogRecord(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long offset, long timestampMs)
    {
        Key = key;
        Value = value;
        Offset = offset;
        TimestampMs = timestampMs;
    }

    /// <summary>The record's key; empty when it has none.</summary>
    public ReadOnlySpan<byte> Key { get; }

    /// <summary>The record's value.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>The record's offset in its partition.</summary>
    public long Offset { get; }

    /// <summary>The record's time in Kafka, in milliseconds since 1970 UTC; 0 when it has none.</summary>
    public long TimestampMs { get; }
}
