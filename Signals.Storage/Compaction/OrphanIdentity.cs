namespace Signals.Offline;

/// <summary>
/// The event that a correction or an enrichment is for. The <see cref="OrphanSource"/> names its event type. Immutable.
/// </summary>
/// <param name="User">The user.</param>
/// <param name="TimeMs">Event time, milliseconds since the Unix epoch, UTC.</param>
/// <param name="Id">Event id.</param>
public readonly record struct OrphanIdentity(UserId User, long TimeMs, ulong Id);
