namespace Signals.Bench.Capacity;

/// <summary>
/// What the capacity model is asked about, in the units of its options (<see cref="CapacityOption"/>). Immutable.
/// </summary>
internal sealed record CapacityInputs
{
    public double EventsPerUserDay { get; init; } = 20;

    public double DaysKept { get; init; } = 30;

    public double BytesPerEvent { get; init; } = 18.3;

    /// <summary>The greatest rate of events and reads over the mean of a day.</summary>
    public double Peak { get; init; } = 3;

    public double ReadsPerUserDay { get; init; } = 10;

    /// <summary>Processor time of a read, in microseconds.</summary>
    public double ReadMicroseconds { get; init; } = 5.1;

    /// <summary>Processor time of an event until it is flushed and compacted, in microseconds, in one store.</summary>
    public double IngestMicroseconds { get; init; } = 1.5;

    /// <summary>Processor time of fetching and decoding an event from the log, in microseconds, in one store.</summary>
    public double ConsumeMicroseconds { get; init; } = 1;

    /// <summary>Partitions; 0 lets the model choose.</summary>
    public double Partitions { get; init; }

    public double Standbys { get; init; } = 1;

    /// <summary>The greatest store that the model makes when it chooses the partitions, in GiB of tables.</summary>
    public double StoreGib { get; init; } = 16;

    public double StoreMemoryMib { get; init; } = 512;

    /// <summary>Room for the store's own logs, in MiB.</summary>
    public double StoreLogMib { get; init; } = 256;

    /// <summary>Room on disk over bytes of tables.</summary>
    public double DiskFactor { get; init; } = 2;

    public double Cores { get; init; } = 8;

    public double MemoryGib { get; init; } = 32;

    public double DiskGib { get; init; } = 500;

    public double NetworkMibPerSecond { get; init; } = 600;

    /// <summary>The share of a machine's cores, memory, disk and network that is planned for, 0 to 1.</summary>
    public double Share { get; init; } = 0.6;

    public double SpareMachines { get; init; } = 1;

    public double CheckpointMinutes { get; init; } = 5;

    /// <summary>Bytes of tables that flushes and merges write, over the bytes that are flushed.</summary>
    public double TableWrites { get; init; } = 2.3;

    /// <summary>Bytes of an event in the store's own log, of which a checkpoint sends what is not in tables.</summary>
    public double StoreLogBytesPerEvent { get; init; } = 41;

    public double PartMib { get; init; } = 8;

    /// <summary>How long shared storage keeps what a checkpoint replaced, in days.</summary>
    public double GraceDays { get; init; } = 1;

    /// <summary>Events a second that one store replays from the log.</summary>
    public double ReplayPerSecond { get; init; } = 300_000;

    /// <summary>What the code and the disk can do; the machine's network may bound it.</summary>
    public double RestoreMibPerSecond { get; init; } = 1_000;

    /// <summary>As <see cref="RestoreMibPerSecond"/>.</summary>
    public double UploadMibPerSecond { get; init; } = 1_000;

    public double OpenSeconds { get; init; } = 2;

    /// <summary>The time of replay that the checkpoint interval is to bound, in seconds.</summary>
    public double ReplayGoalSeconds { get; init; } = 60;

    public double LogBytesPerEvent { get; init; } = 50;

    public double LogReplicas { get; init; } = 3;

    public double LogHours { get; init; } = 48;
}
