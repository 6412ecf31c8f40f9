namespace Signals.Kafka;

/// <summary>A store that is fed from one partition of a Kafka topic, and the producers of such a topic.</summary>
internal static class NamespaceDoc
{
}
