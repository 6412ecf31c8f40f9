namespace Signals.Kafka;

/// <summary>
/// A record cannot be applied and could not be kept aside either: the file of <see cref="PoisonPolicy.ToFolder"/> is full or cannot be
/// written, or the topic of <see cref="PoisonPolicy.ToTopic"/> does not take it. The partition stopped before it. Everything before it is
/// in the store.
/// </summary>
public sealed class PoisonNotKeptException : SignalsException
{
    internal PoisonNotKeptException(string topic, int partition, Exception innerException)
        : base(
            $"{topic}/{partition} stopped before a record that cannot be applied, because it could not be kept aside: "
                + innerException.Message,
            innerException)
    {
        (Topic, Partition) = (topic, partition);
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public int Partition { get; }
}
