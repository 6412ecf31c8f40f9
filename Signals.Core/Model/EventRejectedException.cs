namespace Signals.Core.Model;

/// <summary>An append was refused as a whole before it entered the store; other appends are unaffected.</summary>
/// <param name="reason">Why it was refused.</param>
/// <param name="message">What was found and what is accepted.</param>
public sealed class EventRejectedException(RejectionReason reason, string message) : SignalsException(message)
{
    /// <summary>Why it was refused.</summary>
    public RejectionReason Reason { get; } = reason;
}
