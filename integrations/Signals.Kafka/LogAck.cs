namespace Signals.Kafka;

/// <summary>
/// Kafka has acknowledged a record on all replicas that are in sync. A store has applied it when its
/// <see cref="KafkaPartition.Position"/> for that partition is greater than <see cref="Offset"/>.
/// </summary>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The offset of the record.</param>
public readonly record struct LogAck(int Partition, long Offset);
