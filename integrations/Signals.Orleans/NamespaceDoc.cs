namespace Signals.Orleans;

/// <summary>
/// A cluster of stores. Users hash to partitions, a partition is a partition of a Kafka topic, and Microsoft Orleans decides which
/// machine owns which partition.
/// </summary>
internal static class NamespaceDoc
{
}
