namespace Signals.Kafka;

/// <summary>
/// The client cannot read the record at which the store goes on, also after several attempts: its checksum does not fit, it cannot be
/// decompressed, or there is no memory for it. The partition stopped before it, because passing over it would make replicas differ.
/// </summary>
public sealed class RecordUnreadableException : SignalsException
{
    internal RecordUnreadableException(string topic, int partition, long offset, int attempts, Exception innerException)
        : base(
            $"The record at offset {offset} of {topic}/{partition}, or one that was sent together with it, could not be read in "
                + $"{attempts} attempts: {innerException.Message}. Look at the broker's disk and at this machine's memory, and run the "
                + "partition again; a partition that is damaged at its broker is recovered from another of its replicas.",
            innerException)
    {
        (Topic, Partition, Offset) = (topic, partition, offset);
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public int Partition { get; }

    /// <summary>The offset at which the store goes on.</summary>
    public long Offset { get; }
}
