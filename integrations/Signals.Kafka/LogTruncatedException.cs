namespace Signals.Kafka;

/// <summary>
/// The topic no longer has the records at which the store goes on: retention has deleted them. The store would lack them for good, so
/// nothing was read.
/// </summary>
public sealed class LogTruncatedException : SignalsException
{
    internal LogTruncatedException(string topic, int partition, long position, long firstOffset)
        : base(
            $"The store goes on at offset {position} of {topic}/{partition}, but the first offset that the topic still has is "
                + $"{firstOffset}: {firstOffset - position} records are gone. Restore a checkpoint whose position is at least "
                + $"{firstOffset}, or rebuild the store from its history and set "
                + $"{nameof(KafkaPartitionOptions)}.{nameof(KafkaPartitionOptions.StartWithoutHistory)} on an empty one.")
    {
        (Topic, Partition, Position, FirstOffset) = (topic, partition, position, firstOffset);
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public int Partition { get; }

    /// <summary>The offset at which the store goes on.</summary>
    public long Position { get; }

    /// <summary>The first offset that the topic still has.</summary>
    public long FirstOffset { get; }
}
