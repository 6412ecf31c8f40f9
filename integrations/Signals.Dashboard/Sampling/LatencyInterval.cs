namespace Signals.Dashboard.Sampling;

/// <summary>The durations of one interval. Microseconds; NaN when there were none. Immutable.</summary>
/// <param name="Count">How many there were.</param>
/// <param name="P50">Half of them took at most this long.</param>
/// <param name="P99">99 of 100 took at most this long.</param>
/// <param name="P999">999 of 1,000 took at most this long.</param>
internal readonly record struct LatencyInterval(long Count, double P50, double P99, double P999);
