using System.Globalization;

namespace Signals.Tests.Cluster.Drills;

/// <summary>
/// How long a drill may disturb reads through machines that are well. Immutable.
/// </summary>
/// <remarks>
/// The figures are those of a machine that is not overloaded: with a warm standby reads go on within a second, flagged, and are complete
/// within three; without one it takes five seconds and the replay. Where three nodes, a broker, Redis and the readers share two
/// processors with other tests, all of it takes longer. So the figures are multiplied by SIGNALS_DRILL_FACTOR, which is 2.5 by default;
/// set it to 1 on a quiet machine.
/// </remarks>
/// <param name="Answer">The longest time without an answer.</param>
/// <param name="Complete">The longest time without a complete answer.</param>
/// <param name="MayRefuse">Whether a read may fail meanwhile, because no replica of its partition is left.</param>
internal sealed record DrillBound(TimeSpan Answer, TimeSpan Complete, bool MayRefuse)
{
    /// <summary>By how much figures are multiplied.</summary>
    public static double Factor { get; } =
        double.TryParse(
            Environment.GetEnvironmentVariable("SIGNALS_DRILL_FACTOR"), NumberStyles.Float, CultureInfo.InvariantCulture, out double factor)
        && factor >= 1 ? factor : 2.5;

    /// <summary>Each partition keeps a replica that follows the log.</summary>
    public static DrillBound WarmStandby { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), MayRefuse: false);

    /// <summary>Some partitions are opened anew; their logs are short here, so the replay takes no time worth counting.</summary>
    public static DrillBound NoStandby { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), MayRefuse: true);

    /// <summary>
    /// More machines die at once than are left to vote them out: the dead lose their say after three missed signs of life, 2 s each.
    /// </summary>
    public static DrillBound Outvoted { get; } = new(TimeSpan.FromSeconds(11), TimeSpan.FromSeconds(11), MayRefuse: true);

    /// <summary>How long nobody can know what is acknowledged, which comes on top and is not multiplied.</summary>
    public TimeSpan Away { get; init; }

    public TimeSpan MostWithoutAnswer => Answer * Factor;

    public TimeSpan MostIncomplete => Away + (Complete * Factor);

    /// <summary>The log goes away for a while.</summary>
    public static DrillBound LogAway(TimeSpan away) => WarmStandby with { Away = away };
}
