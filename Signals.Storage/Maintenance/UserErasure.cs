namespace Signals.Maintenance;

/// <summary>A user whose events are to be erased from a checkpoint. Immutable.</summary>
/// <param name="User">The user.</param>
/// <param name="UpTo">
/// The newest event time to erase, such as <see cref="ErasureCertificate.CutoffMs"/> of the erasure in the store: events after it stay.
/// Only whole milliseconds count. Null erases every event of the user.
/// </param>
public readonly record struct UserErasure(UserId User, DateTimeOffset? UpTo = null);
