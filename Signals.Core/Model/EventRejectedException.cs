namespace Signals;

/// <summary>An append was refused as a whole before it entered the store. Other appends are not affected.</summary>
/// <param name="reason">Why it was refused.</param>
/// <param name="message">What was found and what is accepted.</param>
public sealed class EventRejectedException(RejectionReason reason, string message) : SignalsException(message)
{
    /// <summary>Why it was refused.</summary>
    public RejectionReason Reason { get; } = reason;

    /// <summary>
    /// The time unit, in words, in which the batch's times would be plausible, when the batch seems to have used it instead of
    /// milliseconds. Null when no unit was recognised.
    /// </summary>
    public string? LooksLike { get; init; }
}
