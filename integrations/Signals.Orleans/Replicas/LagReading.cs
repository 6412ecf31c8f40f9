namespace Signals.Orleans.Replicas;

/// <summary>What is known at one moment about how late a replica is. Immutable.</summary>
/// <param name="Records">The records that it lacks of the last known end; null when no end is known.</param>
/// <param name="Age">Everything acknowledged longer ago than this is applied; null when nothing is proven.</param>
internal readonly record struct LagReading(long? Records, TimeSpan? Age);
