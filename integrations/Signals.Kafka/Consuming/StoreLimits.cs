namespace Signals.Kafka.Consuming;

/// <summary>
/// Says which option of the store is too narrow for the log. The store decides by its own options and its own clock, so what it refuses
/// is never poison: another replica may take it. Pure.
/// </summary>
internal static class StoreLimits
{
    public static ReplicaUnfitException Unfit(PartitionProgress progress, long offset, EventRejectedException refused)
    {
        string reason = refused.Reason switch
        {
            RejectionReason.TimeOutOfRange => $"the store's {nameof(StoreOptions.MaxFutureTime)} or {nameof(StoreOptions.MaxPastTime)} "
                + "is too narrow for an event's time",
            RejectionReason.TooLarge => $"the store's {nameof(StoreOptions.MaxBatchBytes)} is too small for the events of the record",
            _ => $"the store refuses it ({refused.Reason})",
        };
        return new ReplicaUnfitException(progress.Topic, progress.Partition, offset, reason, refused);
    }
}
