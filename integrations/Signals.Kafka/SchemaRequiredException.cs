namespace Signals.Kafka;

/// <summary>
/// The log says that the store needs event types or columns that it does not have. An open store cannot get them, so the partition
/// stopped before the record: open the store again with a schema that declares them, and run the partition again.
/// </summary>
public sealed class SchemaRequiredException : SignalsException
{
    internal SchemaRequiredException(string topic, int partition, long offset, IReadOnlyList<string> missing)
        : base(
            $"The record at offset {offset} of {topic}/{partition} needs what the store does not have: {string.Join(", ", missing)}. "
                + "Open the store again with a schema that declares it, and run the partition again.")
    {
        (Topic, Partition, Offset, Missing) = (topic, partition, offset, missing);
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public int Partition { get; }

    /// <summary>The offset of the record.</summary>
    public long Offset { get; }

    /// <summary>What is missing: event types (<c>view</c>) and columns (<c>view.price</c>).</summary>
    public IReadOnlyList<string> Missing { get; }
}
