namespace Signals.Orleans.Telemetry;

/// <summary>Why a machine became the owner of a partition.</summary>
internal enum PromotionReason
{
    /// <summary>Nobody owned it: it was asked for the first time, or the machine of its owner had stopped in order.</summary>
    Placed = 0,

    /// <summary>The owner's machine handed it over and goes on, as when a machine takes its partitions back.</summary>
    Moved = 1,

    /// <summary>Of the machines that held the partition, the last one to go was lost: it did not stop in order.</summary>
    Failover = 2,
}
