namespace Signals.Storage.Reads;

/// <summary>What one read asks of one event type, in place of what its query says: <c>FromMs &lt;= time &lt; ToMs</c>, the newest <c>Last</c>.</summary>
/// <param name="FromMs">Milliseconds since the Unix epoch.</param>
/// <param name="ToMs">Milliseconds since the Unix epoch.</param>
/// <param name="Last">At most this many events.</param>
internal readonly record struct TypeLimits(long FromMs, long ToMs, int Last);
