namespace Signals.Core.Model;

/// <summary>An append was refused as a whole before it entered the store; other appends are unaffected.</summary>
/// <param name="reason">Why it was refused.</param>
/// <param name="message">What was found and what is accepted.</param>
public sealed class EventRejectedException(RejectionReason reason, string message) : SignalsException(message)
{
    /// <summary>Why it was refused.</summary>
    public RejectionReason Reason { get; } = reason;

    /// <summary>The unit that the times of a batch look like when they were meant to be milliseconds, in words; null when none was recognised.</summary>
    public string? LooksLike { get; init; }
}
