namespace Signals.Kafka.Consuming;

/// <summary>
/// The names of the meter, activities, instruments and tags; docs/kafka.md lists them with their meaning. Constants.
/// </summary>
internal static class KafkaTelemetryNames
{
    public const string Source = "Signals.Kafka";
    public const string StoreTag = "signals.store";
    public const string TopicTag = "signals.kafka.topic";
    public const string PartitionTag = "signals.kafka.partition";
    public const string ReasonTag = "signals.reason";

    public const string BatchActivity = "signals.kafka.batch";

    public const string Records = "signals.kafka.records";
    public const string Events = "signals.kafka.events";
    public const string Poison = "signals.kafka.poison";
    public const string Lag = "signals.kafka.lag";
    public const string Position = "signals.kafka.position";
}
