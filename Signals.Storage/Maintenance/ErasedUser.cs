namespace Signals.Maintenance;

/// <summary>A user who was erased from a checkpoint. Immutable.</summary>
/// <param name="User">The user.</param>
/// <param name="CutoffMs">The newest event time erased, ms since the epoch.</param>
/// <param name="WasFound">
/// Whether a table of the checkpoint held an event of the user up to that time, hidden or not, or a log one that no earlier erasure hid.
/// In shared storage it speaks of the current checkpoint only: older ones are deleted unread. So false does not say that no file held the
/// user.
/// </param>
public readonly record struct ErasedUser(UserId User, long CutoffMs, bool WasFound);
