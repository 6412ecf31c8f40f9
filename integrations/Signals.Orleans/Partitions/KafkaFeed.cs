using Signals.Kafka;

namespace Signals.Orleans.Partitions;

/// <summary>Brings one partition of the topic into a store. Thread contract and lifetime: as the seam says.</summary>
internal sealed class KafkaFeed(KafkaPartition partition) : IPartitionFeed
{
    public long Position => partition.Position;

    // The states before and after the ones in which the run has found its place in the topic.
    public bool HasBegun => partition.State
        is not (KafkaPartitionState.NotRunning or KafkaPartitionState.Connecting or KafkaPartitionState.Failed);

    public string? Trouble => partition.State is KafkaPartitionState.Disconnected or KafkaPartitionState.AwaitingSegment
        ? partition.LastError?.Message ?? partition.State.ToString()
        : null;

    public Task RunAsync(CancellationToken cancellationToken) => partition.RunAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        partition.Dispose();
        return ValueTask.CompletedTask;
    }
}
