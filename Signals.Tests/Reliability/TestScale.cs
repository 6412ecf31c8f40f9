using System.Globalization;

namespace Signals.Tests.Reliability;

/// <summary>
/// How large the random and exhaustive suites run: a quarter of their full size, unless SIGNALS_TEST_SCALE says otherwise. The
/// continuous integration runs them at 1, and 60 makes one minute an hour. Immutable; any thread.
/// </summary>
internal static class TestScale
{
    private const double Default = 0.25;

    /// <summary>The factor from the environment; a quarter without one.</summary>
    public static double Factor { get; } =
        double.TryParse(
            Environment.GetEnvironmentVariable("SIGNALS_TEST_SCALE"), NumberStyles.Float, CultureInfo.InvariantCulture, out double factor)
        && factor > 0 ? factor : Default;

    /// <summary>A full count, scaled; at least 1.</summary>
    public static int Of(int count) => Math.Max(1, (int)(count * Factor));
}
