namespace Signals.Orleans;

/// <summary>A place in the log of one partition: everything below it is meant. Immutable.</summary>
/// <param name="Partition">The partition, from 0.</param>
/// <param name="Offset">The offset of the first record that is not meant.</param>
public readonly record struct LogPosition(int Partition, long Offset);
