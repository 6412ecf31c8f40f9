namespace Signals.Storage.Versions;

/// <summary>What a store remembers of the clock; see <see cref="SteadyClock"/>. Times are in ms since the Unix epoch. Immutable.</summary>
/// <param name="SteadyMs">The time that is believed.</param>
/// <param name="JumpMs">The first reading after a jump that is not believed yet; null when there is none.</param>
/// <param name="SeenMs">The last reading after that jump; 0 without one.</param>
internal readonly record struct ClockReading(long SteadyMs, long? JumpMs, long SeenMs)
{
    /// <summary>A clock that was read once and is believed.</summary>
    public static ClockReading At(long ms) => new(ms, null, 0);
}
