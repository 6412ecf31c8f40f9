using Signals.Kafka.Records;

namespace Signals.Kafka.Consuming;

/// <summary>The parts of one run, built whole by <see cref="KafkaPartition"/>. Immutable.</summary>
internal sealed record RunParts(PartitionStart Start, RecordBatch Batch, RecordWriter Writer, ControlRecords Control, BatchTrace Trace);
