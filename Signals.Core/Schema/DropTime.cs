namespace Signals.Core.Schema;

/// <summary>When an opening joins schemas, as far as drops ask. Times are in ms since the Unix epoch. Immutable.</summary>
/// <remarks>
/// A drop is stamped by the clock and judged by the steady clock. That one lags behind a jump until it believes it, so its own stamp would
/// let the whole jump count as grace once it does.
/// </remarks>
/// <param name="ClockMs">Now, by the clock.</param>
/// <param name="SteadyMs">Now, as far as it is believed; never later than <paramref name="ClockMs"/>.</param>
/// <param name="GraceMs">How long a drop can be taken back.</param>
internal readonly record struct DropTime(long ClockMs, long SteadyMs, long GraceMs)
{
    /// <summary>No drop becomes final, and a new one counts from a time.</summary>
    public static DropTime Never(long clockMs = 0) => new(clockMs, 0, long.MaxValue);
}
