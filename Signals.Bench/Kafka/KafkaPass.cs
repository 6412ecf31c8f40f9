namespace Signals.Bench.Kafka;

/// <summary>What following the log once has cost. Immutable.</summary>
/// <param name="Rate">Events a second.</param>
/// <param name="HereNs">Processor time of this process for each event, in nanoseconds.</param>
/// <param name="ThereNs">Processor time of the broker's process for each event, in nanoseconds.</param>
/// <param name="AllocatedBytes">What was allocated for each event, in bytes.</param>
internal readonly record struct KafkaPass(double Rate, double HereNs, double ThereNs, double AllocatedBytes);
