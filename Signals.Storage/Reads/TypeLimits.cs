namespace Signals.Storage.Reads;

/// <summary>
/// What one read asks of one event type instead of the query's own limits: <c>FromMs &lt;= time &lt; ToMs</c>, the newest
/// <c>Last</c>. Immutable.
/// </summary>
/// <param name="FromMs">First time, milliseconds since the Unix epoch.</param>
/// <param name="ToMs">End of the range, exclusive, milliseconds since the Unix epoch.</param>
/// <param name="Last">At most this many events.</param>
internal readonly record struct TypeLimits(long FromMs, long ToMs, int Last);
