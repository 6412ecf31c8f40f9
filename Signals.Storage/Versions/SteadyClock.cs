using System.Diagnostics;

namespace Signals.Storage.Versions;

/// <summary>
/// A clock that a wrong setting of the system's clock does not move: a reading that is more than a grace ahead of what is believed
/// is believed only when the clock has gone on from there for as long as that grace.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Invariants: it is never ahead of the clock; it follows at once a clock that goes back. Two
/// readings that lie further apart than the grace are two jumps, and the second one begins the wait anew: nothing tells a clock that
/// jumps twice from a store that was closed. Lifetime: that of the store; what it remembers is in the manifest.
/// </remarks>
/// <param name="graceMs">The grace, in ms; 0 to believe every reading.</param>
/// <param name="last">What was remembered; null to believe the first reading.</param>
internal sealed class SteadyClock(long graceMs, ClockReading? last)
{
    /// <summary>For how long a clock that has jumped must go on, in ms; 0 when every reading is believed.</summary>
    public long GraceMs => graceMs;

    /// <summary>What is to be remembered; null before the first reading.</summary>
    public ClockReading? Reading { get; private set; } = last;

    /// <summary>The time to believe when the clock says <paramref name="clockMs"/>, both in ms since the Unix epoch.</summary>
    public long Observe(long clockMs)
    {
        Reading = Next(clockMs);
        Debug.Assert(Reading.Value.SteadyMs <= clockMs, "The steady clock is never ahead.");
        return Reading.Value.SteadyMs;
    }

    private ClockReading Next(long clockMs)
    {
        if (Reading is not { } before || clockMs - before.SteadyMs <= graceMs || graceMs == 0)
        {
            return ClockReading.At(clockMs);
        }

        if (before.JumpMs is not { } jump || clockMs < jump || clockMs - before.SeenMs > graceMs)
        {
            return before with { JumpMs = clockMs, SeenMs = clockMs };
        }

        return clockMs - jump >= graceMs
            ? ClockReading.At(clockMs)
            : before with { SeenMs = Math.Max(before.SeenMs, clockMs) };
    }
}
