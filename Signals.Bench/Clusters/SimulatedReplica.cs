using Signals.Orleans;

namespace Signals.Bench.Clusters;

/// <summary>A replica of a partition on a machine. Used by one thread.</summary>
internal sealed class SimulatedReplica(SimulatedPartition partition, SimulatedSilo silo)
{
    public SimulatedPartition Partition { get; } = partition;

    public SimulatedSilo Silo { get; } = silo;

    public ReplicaState State { get; set; } = ReplicaState.Opening;

    /// <summary>The moment of the log with which it began to catch up.</summary>
    public double From { get; set; }

    /// <summary>What it waits for: bytes from shared storage, or events of the log.</summary>
    public SimulatedWork? Work { get; set; }

    /// <summary>Whether it has one of its machine's turns to open a store.</summary>
    public bool HasTurn { get; set; }

    /// <summary>What the machine would report of it, as the product's own decisions take it.</summary>
    public ReplicaReport Report() => new()
    {
        Silo = Silo.Name,
        Partition = Partition.Number,
        Role = Partition.Owner == Silo ? ReplicaRole.Owner : ReplicaRole.Standby,
        State = State,
        Position = (long)(From * 1000),
        LagRecords = null,
        Lag = State == ReplicaState.Following ? TimeSpan.Zero : null,
    };
}
