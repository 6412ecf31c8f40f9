namespace Signals.Bench.Capacity;

/// <summary>What a number of users needs. Figures are of the whole cluster unless their name says otherwise. Immutable.</summary>
internal sealed record CapacityPlan
{
    public required double Users { get; init; }

    public required double EventsPerSecond { get; init; }

    public required double PeakEventsPerSecond { get; init; }

    public required double PeakReadsPerSecond { get; init; }

    public required int Partitions { get; init; }

    public required int Machines { get; init; }

    /// <summary>What decided the number of machines.</summary>
    public required string Bound { get; init; }

    public required double StoresPerMachine { get; init; }

    /// <summary>Bytes of tables of one copy of all events.</summary>
    public required double TableBytes { get; init; }

    public double TableBytesPerStore => TableBytes / Partitions;

    public required double DiskBytesPerMachine { get; init; }

    public required double MemoryBytesPerMachine { get; init; }

    /// <summary>Cores of a machine that are busy at the peak, when all machines are there.</summary>
    public required double BusyCoresPerMachine { get; init; }

    /// <summary>Events a second that one store gets at the peak.</summary>
    public double PeakEventsPerStore => PeakEventsPerSecond / Partitions;

    /// <summary>
    /// Seconds of replay when a store begins with the newest checkpoint at the peak; infinity when it never catches up.
    /// </summary>
    public required double ReplaySeconds { get; init; }

    /// <summary>Seconds until one store is complete from a checkpoint on a machine that does nothing else.</summary>
    public required double RestoreStoreSeconds { get; init; }

    /// <summary>Seconds until all stores of one machine are complete from checkpoints on a machine with an empty disk.</summary>
    public required double RestoreMachineSeconds { get; init; }

    /// <summary>Seconds of the first upload of a machine that becomes the owner, whose files are not those of the owner before.</summary>
    public required double FirstUploadSeconds { get; init; }

    public required double UploadBytesPerDay { get; init; }

    public required double UploadCallsPerDay { get; init; }

    /// <summary>Bytes in shared storage, with what is kept of earlier checkpoints.</summary>
    public required double StoredBytes { get; init; }

    /// <summary>
    /// The longest checkpoint interval, in minutes, with which replay at the peak takes no longer than its goal; 0 when none does.
    /// </summary>
    public required double IntervalMinutes { get; init; }

    /// <summary>Bytes of the topic, all copies.</summary>
    public required double LogBytes { get; init; }

    /// <summary>Bytes that machines fetch from the topic in a month.</summary>
    public required double FetchedBytesPerMonth { get; init; }
}
