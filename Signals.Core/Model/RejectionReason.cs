namespace Signals;

/// <summary>Why an event was refused before it entered the store.</summary>
public enum RejectionReason
{
    /// <summary>The batch's encoded record is larger than the store accepts.</summary>
    TooLarge = 1,

    /// <summary>An event's time is farther in the future, or in the past, than the store accepts.</summary>
    TimeOutOfRange = 2,
}
