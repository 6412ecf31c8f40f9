using Signals.Definitions;
using Signals.Kafka;

namespace Signals.Orleans.Partitions;

/// <summary>The log of every partition, as writers and replicas see it. It is what acknowledges.</summary>
/// <remarks>Thread contract: any thread. Lifetime: that of the host.</remarks>
internal interface IClusterLog
{
    /// <summary>The partition of a user.</summary>
    int PartitionOf(UserId user);

    /// <summary>The name under which a store keeps its position in the log of a partition.</summary>
    string SourceOf(int partition);

    /// <summary>A feed of the partition into the store, from the position that the store holds.</summary>
    IPartitionFeed Follow(int partition, SignalStore store);

    /// <summary>
    /// Whether a store at these positions can go on with the log of a partition: it is the log that they are of, and it still has every
    /// record from there on.
    /// </summary>
    Task<bool> CanGoOnAsync(int partition, IReadOnlyList<SourcePosition> positions, CancellationToken cancellationToken);

    /// <summary>The offset behind the last record that was acknowledged when this was called, or a later one.</summary>
    Task<long> ReadEndAsync(int partition, CancellationToken cancellationToken);

    /// <summary>Appends events of users of one partition; returns the position behind the last one once all are acknowledged.</summary>
    ValueTask<LogPosition> AppendAsync(int partition, IReadOnlyList<SingleEvent> events, CancellationToken cancellationToken);

    /// <summary>Appends the erasure of a user; returns the position behind it once it is acknowledged.</summary>
    ValueTask<LogPosition> EraseAsync(UserId user, CancellationToken cancellationToken);

    /// <summary>Appends a definition to every partition; returns the positions behind it once all are acknowledged.</summary>
    ValueTask<IReadOnlyList<LogPosition>> DefineAsync(SequenceDefinition definition, CancellationToken cancellationToken);

    /// <summary>Appends a reference to a segment; returns the position behind it once it is acknowledged.</summary>
    ValueTask<LogPosition> ImportAsync(int partition, SegmentReference segment, CancellationToken cancellationToken);
}
