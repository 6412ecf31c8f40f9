using Confluent.Kafka;

namespace Signals.Kafka.Consuming;

/// <summary>What a partition of a topic has at the moment, to compare it with where a store is. Immutable; any thread.</summary>
/// <param name="Incarnation">Which topic of that name it is.</param>
/// <param name="First">The first offset that it still has.</param>
/// <param name="End">The offset behind the last one.</param>
internal readonly record struct PartitionReach(SourceIncarnation Incarnation, long First, long End)
{
    /// <summary>Asks the cluster.</summary>
    /// <exception cref="KafkaException">The cluster did not answer.</exception>
    public static PartitionReach Ask(PartitionConsumer consumer, KafkaPartitionOptions options)
    {
        SourceIncarnation incarnation =
            options.Incarnation.IsNone ? TopicIdentity.Ask(consumer.Handle, consumer.Partition.Topic) : options.Incarnation;
        WatermarkOffsets ends = consumer.QueryEnds();
        return new PartitionReach(incarnation, ends.Low.Value, ends.High.Value);
    }

    /// <summary>Whether a position can be one of this topic: of the same incarnation, and not behind its end.</summary>
    public bool IsSameTopic(SourcePosition known) => known.Incarnation.MayGoOnAs(Incarnation) && known.Position <= End;

    /// <summary>Whether every record from a position on is still there.</summary>
    public bool HasFrom(SourcePosition known) => known.Position >= First;
}
