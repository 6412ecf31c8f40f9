namespace Signals.Kafka;

/// <summary>What a partition does now.</summary>
public enum KafkaPartitionState
{
    /// <summary>No run is under way, and the last one did not fail.</summary>
    NotRunning = 0,

    /// <summary>It asks the cluster for the topic and its offsets.</summary>
    Connecting = 1,

    /// <summary>It reads records, and there are more.</summary>
    CatchingUp = 2,

    /// <summary>It has read to the end and waits for more.</summary>
    CaughtUp = 3,

    /// <summary>The store has no room for more at the moment. Nothing is dropped; reading goes on when there is room.</summary>
    BackPressure = 4,

    /// <summary>No broker can be reached. The store answers with what it has; reading goes on when a broker is back.</summary>
    Disconnected = 5,

    /// <summary>A segment to import cannot be fetched. It is tried again, because skipping it would make replicas differ.</summary>
    AwaitingSegment = 6,

    /// <summary>The last run ended with an error, which <see cref="KafkaPartition.LastError"/> is.</summary>
    Failed = 7,
}
