namespace Signals.Orleans.Placement;

/// <summary>What a machine has to do for a partition, by membership alone.</summary>
internal enum PartitionDuty
{
    /// <summary>Nothing: a replica that it still holds may go once those who should have one are fresh.</summary>
    None = 0,

    /// <summary>Hold a standby.</summary>
    Follow = 1,

    /// <summary>Hold a replica, and own the partition once it is fresh.</summary>
    Lead = 2,
}
