namespace Signals.Kafka;

/// <summary>
/// A partition stopped before a record that cannot be applied, because <see cref="PoisonPolicy.Stop"/> says so. Everything before it is
/// in the store.
/// </summary>
public sealed class PoisonRecordException : SignalsException
{
    internal PoisonRecordException(string topic, int partition, long offset, string reason)
        : base(
            $"The record at offset {offset} of {topic}/{partition} cannot be applied: {reason}. Correct the schema or the decoder and "
                + $"run the partition again, or choose {nameof(PoisonPolicy)}.{nameof(PoisonPolicy.ToFolder)} or "
                + $"{nameof(PoisonPolicy.ToTopic)} to keep such records aside and go on.")
    {
        (Topic, Partition, Offset, Reason) = (topic, partition, offset, reason);
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public int Partition { get; }

    /// <summary>The offset of the record.</summary>
    public long Offset { get; }

    /// <summary>Why it cannot be applied.</summary>
    public string Reason { get; }
}
