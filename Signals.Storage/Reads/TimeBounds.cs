namespace Signals.Storage.Reads;

/// <summary>
/// Which events of one type count, and which are returned: <c>From &lt;= time &lt; To</c>, among the newest <c>Keep</c>.
/// Immutable.
/// </summary>
/// <param name="From">The latest of the query's start, the end of the erasure, and the oldest age that is kept.</param>
/// <param name="To">The query's end.</param>
/// <param name="Keep">The event type's last-N. Events at or after <paramref name="To"/> count, too.</param>
/// <param name="Last">How many events are returned at most.</param>
internal readonly record struct TimeBounds(long From, long To, int Keep, int Last);
