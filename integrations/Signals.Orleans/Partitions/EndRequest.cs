namespace Signals.Orleans.Partitions;

/// <summary>Somebody waits for the end of a partition. Immutable but for its answer; any thread.</summary>
/// <param name="Partition">The partition, from 0.</param>
/// <param name="Answer">What it waits for.</param>
internal readonly record struct EndRequest(int Partition, TaskCompletionSource<long> Answer);
