using Signals.Definitions;
using Signals.Kafka;

namespace Signals.Orleans;

/// <summary>
/// A cluster of stores under the names of <see cref="SignalStore"/>. Writes go to the log of the user's partition; reads are
/// answered by a replica of it, in this process when it is here and fresh enough, by the owner otherwise, and by a standby while
/// there is no owner. Take it from the container of a host that called
/// <see cref="SignalsClusterExtensions.AddSignalsCluster"/>.
/// </summary>
/// <remarks>
/// Thread contract: any thread. A read that a replica in this process can answer completes before it returns. An answer is never
/// silently late: each one carries a <see cref="ClusterAnswer"/>.
/// </remarks>
public interface IClusterStore
{
    /// <summary>The event types that the cluster's machines were configured with.</summary>
    StoreSchema Schema { get; }

    /// <summary>The number of partitions.</summary>
    int PartitionCount { get; }

    /// <summary>The partition of a user, from 0.</summary>
    int PartitionOf(UserId user);

    /// <summary>Appends one event to the log of its user's partition.</summary>
    /// <returns>
    /// The position behind the event. The event is acknowledged: it is in the log, and every replica will show it.
    /// </returns>
    /// <param name="newEvent">The event. It is copied before the first wait, so you can use it again at once.</param>
    /// <param name="cancellationToken">Ends the wait. The event may be in the log nevertheless.</param>
    ValueTask<LogPosition> AppendAsync(SingleEvent newEvent, CancellationToken cancellationToken = default);

    /// <summary>Appends events to the logs of their users' partitions, those of one partition in as few records as possible.</summary>
    /// <returns>The position behind the last event of each partition, when all of them are acknowledged.</returns>
    /// <param name="events">The events. They are copied before the first wait.</param>
    /// <param name="cancellationToken">Ends the wait. Some of the events may be in the log nevertheless.</param>
    ValueTask<IReadOnlyList<LogPosition>> AppendAsync(IReadOnlyList<SingleEvent> events, CancellationToken cancellationToken = default);

    /// <summary>
    /// Erases a user: every event of the user that was acknowledged before is hidden in each replica once it gets there, and is
    /// removed from its files later.
    /// </summary>
    /// <returns>The position behind the erasure.</returns>
    /// <param name="user">The user.</param>
    /// <param name="cancellationToken">Ends the wait. The erasure may be in the log nevertheless.</param>
    ValueTask<LogPosition> EraseAsync(UserId user, CancellationToken cancellationToken = default);

    /// <summary>
    /// Registers a definition on every replica of every partition. The schema must have the event type of
    /// <see cref="LogDefinitions"/>, in which the stores keep it.
    /// </summary>
    /// <returns>The position behind it in each partition. A read with <see cref="ClusterReadOptions.AtLeast"/> knows it.</returns>
    /// <param name="definition">The definition. It must be portable, that is without code of the host.</param>
    /// <param name="cancellationToken">Ends the wait. The definition may be in some of the logs nevertheless.</param>
    ValueTask<IReadOnlyList<LogPosition>> DefineAsync(SequenceDefinition definition, CancellationToken cancellationToken = default);

    /// <summary>
    /// Imports a segment into every replica of a partition, which fetch it with
    /// <see cref="KafkaPartitionOptions.Segments"/>. Its users must all belong to the partition.
    /// </summary>
    /// <returns>The position behind the import.</returns>
    /// <param name="partition">The partition, from 0.</param>
    /// <param name="segment">Names the segment in shared storage.</param>
    /// <param name="cancellationToken">Ends the wait. The import may be in the log nevertheless.</param>
    ValueTask<LogPosition> ImportAsync(int partition, SegmentReference segment, CancellationToken cancellationToken = default);

    /// <summary>Reads a user's sequence as a definition makes it.</summary>
    /// <param name="user">The user.</param>
    /// <param name="definition">The definition's name.</param>
    /// <param name="options">What the read asks for in addition.</param>
    /// <param name="cancellationToken">Ends the wait for other machines.</param>
    /// <exception cref="Serving.UnknownDefinitionException">No definition of this name is registered.</exception>
    /// <exception cref="PartitionUnavailableException">No replica could answer as the options ask.</exception>
    ValueTask<ClusterSequence> ReadAsync(
        UserId user, string definition, ClusterReadOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Reads a user's events by query.</summary>
    /// <param name="user">The user.</param>
    /// <param name="query">The query.</param>
    /// <param name="options">What the read asks for in addition.</param>
    /// <param name="cancellationToken">Ends the wait for other machines.</param>
    /// <exception cref="ArgumentException">The schema lacks a type or column of the query.</exception>
    /// <exception cref="PartitionUnavailableException">No replica could answer as the options ask.</exception>
    ValueTask<ClusterSequence> ReadAsync(
        UserId user, ClusterQuery query, ClusterReadOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads a batch of users into tensors. The users of each partition are read together, all partitions at the same time.
    /// </summary>
    /// <param name="users">The users, in the order of the first axis.</param>
    /// <param name="definition">The definition's name.</param>
    /// <param name="destination">The memory that is written into, and afterwards what is known of each answer.</param>
    /// <param name="options">What the read asks for in addition.</param>
    /// <param name="cancellationToken">Ends the wait for other machines.</param>
    /// <exception cref="ArgumentException">A tensor does not exist, or has other elements or another shape.</exception>
    /// <exception cref="Serving.UnknownDefinitionException">No definition of this name is registered.</exception>
    /// <exception cref="PartitionUnavailableException">No replica of some partition could answer as the options ask.</exception>
    ValueTask ReadTensorsAsync(
        ReadOnlyMemory<UserId> users, string definition, ClusterTensors destination,
        ClusterReadOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>The replicas that this machine holds.</summary>
    IReadOnlyList<ReplicaReport> GetLocalReplicas();

    /// <summary>
    /// The replicas of every machine of the cluster that answers in time. A machine that does not answer has no entries.
    /// </summary>
    Task<IReadOnlyList<ReplicaReport>> GetReplicasAsync(CancellationToken cancellationToken = default);
}
