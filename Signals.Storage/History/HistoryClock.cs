namespace Signals.Storage.History;

/// <summary>The clocks of kept versions. Immutable; any thread.</summary>
/// <param name="Time">The clock of the system, which says when a version was installed.</param>
/// <param name="SteadyMs">
/// The time by which versions become too old while no erasure waits to be cleaned up, in ms since the Unix epoch: no clock that jumps
/// ahead.
/// </param>
internal sealed record HistoryClock(TimeProvider Time, Func<long> SteadyMs);
