using Microsoft.Extensions.Logging;
using Signals.Orleans.Partitions;
using Signals.Orleans.Telemetry;

namespace Signals.Orleans.Replicas;

/// <summary>What all replicas of one machine have in common. Any thread. Lifetime: that of the host.</summary>
/// <param name="Silo">The name of the machine's silo.</param>
/// <param name="Options">The settings.</param>
/// <param name="Log">The log of every partition.</param>
/// <param name="Time">Where time comes from.</param>
/// <param name="Logger">Where events of replicas are logged.</param>
internal sealed record ReplicaContext(string Silo, SignalsClusterOptions Options, IClusterLog Log, TimeProvider Time, ILogger Logger)
    : IDisposable
{
    /// <summary>The turns to open a store, which takes a processor and a disk. Those who wait get them in their order.</summary>
    public SemaphoreSlim Openings { get; } = new(Math.Max(2, Environment.ProcessorCount / 2));

    /// <summary>The monotonic clock by which answers say how late they are.</summary>
    public StampClock Clock { get; } = new(Time);

    /// <summary>What is measured of this machine.</summary>
    public ClusterTelemetry Telemetry { get; } = new(Silo);

    /// <summary>When the machine's replicas were last looked after.</summary>
    public CaretakerPulse Pulse { get; } = new(Time);

    public void Dispose()
    {
        Openings.Dispose();
        Telemetry.Dispose();
    }
}
