namespace Signals.Kafka;

/// <summary>
/// A record is right, but this store or this host cannot apply it, while another replica may: an option of the store is too narrow, a
/// column has another kind, an enricher is missing. The partition stopped before the record whatever <see cref="PoisonPolicy"/> says,
/// because passing over it here alone would make replicas differ. Correct what the message names, and run the partition again.
/// </summary>
public sealed class ReplicaUnfitException : SignalsException
{
    internal ReplicaUnfitException(string topic, int partition, long offset, string reason, Exception? innerException)
        : base(
            $"This replica cannot apply the record at offset {offset} of {topic}/{partition}: {reason}. {innerException?.Message} "
                + "Correct it and run the partition again; nothing was passed over.",
            innerException)
    {
        (Topic, Partition, Offset, Reason) = (topic, partition, offset, reason);
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public int Partition { get; }

    /// <summary>The offset of the record.</summary>
    public long Offset { get; }

    /// <summary>What this replica lacks, and which option or part it is.</summary>
    public string Reason { get; }
}
