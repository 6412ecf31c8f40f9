namespace Signals.Storage.Compaction;

/// <summary>The event that a patch is for; the run knows its type. Immutable.</summary>
/// <param name="User">The user.</param>
/// <param name="Time">Event time, ms since the Unix epoch.</param>
/// <param name="Id">Event id.</param>
internal readonly record struct OrphanKey(UserId User, long Time, ulong Id);
