namespace Signals.Serving;

/// <summary>A read of the past: whose sequence, and the time from whose knowledge it is made. Immutable, equal by value.</summary>
/// <param name="User">The user whose sequence is read.</param>
/// <param name="AsOfMs">
/// The time, in milliseconds since the Unix epoch, UTC. What was committed later is not seen, and windows and ages are counted from it.
/// </param>
public readonly record struct PastRead(UserId User, long AsOfMs);
