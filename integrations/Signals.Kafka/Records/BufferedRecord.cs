namespace Signals.Kafka.Records;

/// <summary>One record that waits to be applied. Its bytes are in the batch's <see cref="RecordArena"/>.</summary>
internal readonly record struct BufferedRecord(RecordKind Kind, long Offset, long TimestampMs, RecordBytes Key, RecordBytes Value)
{
    /// <summary>Why the record is refused; null when it is not.</summary>
    public string? Refusal { get; init; }

    /// <summary>Whether the refused record was kept as the policy says.</summary>
    public bool IsKept { get; init; }

    /// <summary>What the header said, when <see cref="Kind"/> is <see cref="RecordKind.Unknown"/>.</summary>
    public string? UnknownKind { get; init; }
}
