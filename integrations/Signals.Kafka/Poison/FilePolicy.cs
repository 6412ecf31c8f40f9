using Confluent.Kafka;

namespace Signals.Kafka.Poison;

/// <summary>A file for each partition. Immutable.</summary>
internal sealed class FilePolicy(string folder, long maxBytes) : PoisonPolicy
{
    internal override IPoisonSink Open(TopicPartition partition, ClientConfig client)
    {
        Directory.CreateDirectory(folder);
        return new PoisonFileWriter(Path.Combine(folder, $"{partition.Topic}-{partition.Partition.Value}.poison"), maxBytes);
    }
}
