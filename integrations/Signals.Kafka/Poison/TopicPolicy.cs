using Confluent.Kafka;

namespace Signals.Kafka.Poison;

/// <summary>Another topic. Immutable.</summary>
internal sealed class TopicPolicy(string topic) : PoisonPolicy
{
    internal override IPoisonSink Open(TopicPartition partition, ClientConfig client, Action<Exception> report) =>
        topic != partition.Topic
            ? new PoisonTopicWriter(topic, partition, client)
            : throw new ArgumentException($"Poison records of the topic '{topic}' would go to the topic itself; name another one.");
}
