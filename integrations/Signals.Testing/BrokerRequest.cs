namespace Signals.Testing;

/// <summary>Requests of the Kafka protocol that a test may let fail. The values are the protocol's.</summary>
public enum BrokerRequest
{
    /// <summary>Appends records.</summary>
    Produce = 0,

    /// <summary>Reads records.</summary>
    Fetch = 1,

    /// <summary>Asks for the first and last offset of a partition.</summary>
    ListOffsets = 2,

    /// <summary>Asks for brokers, topics and partitions.</summary>
    Metadata = 3,

    /// <summary>Stores the offsets of a consumer group.</summary>
    OffsetCommit = 8,

    /// <summary>Asks for the broker that coordinates a consumer group.</summary>
    FindCoordinator = 10,
}
