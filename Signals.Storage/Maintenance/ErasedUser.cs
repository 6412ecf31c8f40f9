namespace Signals.Maintenance;

/// <summary>A user who was erased from a checkpoint. Immutable.</summary>
/// <param name="User">The user.</param>
/// <param name="CutoffMs">The newest event time erased, ms since the epoch.</param>
/// <param name="WasFound">Whether a table or log of the checkpoint held an event of the user up to that time, hidden or not.</param>
public readonly record struct ErasedUser(UserId User, long CutoffMs, bool WasFound);
