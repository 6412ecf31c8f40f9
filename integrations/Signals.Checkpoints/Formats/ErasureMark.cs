namespace Signals.Checkpoints.Formats;

/// <summary>
/// The last erasure from the checkpoints of a target. Each checkpoint after it states it, so that an upload sees that parts which no
/// checkpoint names may be deleted at any moment, however young they are. Immutable.
/// </summary>
/// <param name="Id">A random number for each erasure.</param>
/// <param name="AtMs">
/// When its checkpoint was made, or when the newest blob that it may delete was stored by the clock of the target, whichever is later; in
/// milliseconds since the Unix epoch.
/// </param>
internal readonly record struct ErasureMark(Guid Id, long AtMs);
