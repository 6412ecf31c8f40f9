using System.Globalization;

namespace Signals.Tests.Reliability;

/// <summary>
/// How large the random and exhaustive suites run: a twentieth of their full size, unless SIGNALS_TEST_SCALE says otherwise. The
/// continuous integration runs them at 1, and 60 makes one minute an hour. Immutable; any thread.
/// </summary>
internal static class TestScale
{
    private const double Default = 0.05;

    /// <summary>The factor from the environment; a twentieth without one.</summary>
    public static double Factor { get; } =
        double.TryParse(
            Environment.GetEnvironmentVariable("SIGNALS_TEST_SCALE"), NumberStyles.Float, CultureInfo.InvariantCulture, out double factor)
        && factor > 0 ? factor : Default;

    /// <summary>
    /// The step of a suite that walks through all of something and cannot scale a count: 1 at full size, 20 at a twentieth. Above full size
    /// it stays 1, and the suite scales how many things it walks through.
    /// </summary>
    public static int Step { get; } = Math.Max(1, (int)Math.Round(1 / Factor));

    /// <summary>The step of a suite that recovers a store after each operation of a workload: 1 at full size, and at most 5.</summary>
    public static int CutStep { get; } = Math.Min(Step, 5);

    /// <summary>A full count, scaled; at least 1.</summary>
    public static int Of(int count) => Math.Max(1, (int)(count * Factor));
}
