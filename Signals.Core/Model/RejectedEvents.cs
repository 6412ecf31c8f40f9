namespace Signals;

/// <summary>What a store does with a batch of which it does not accept some events, because of their times.</summary>
public enum RejectedEvents
{
    /// <summary>It refuses the whole batch or group with an <see cref="EventRejectedException"/>.</summary>
    RefuseBatch = 0,

    /// <summary>
    /// It leaves these events out, counts them by reason (<c>StoreStats.EventsLeftOut</c>) and takes the others. A batch of which
    /// no event is left is refused, and so is a group whose times all look like another unit than milliseconds. A group that is
    /// <see cref="EventGroup.IsAllOrNothing"/> is refused as a whole, and so is what comes from event frames or from a log.
    /// </summary>
    LeaveOut = 1,
}
