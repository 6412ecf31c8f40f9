using System.Globalization;

namespace Signals.Tests.Reliability;

/// <summary>How large the reliability suites run: 1 in CI; SIGNALS_TEST_SCALE=60 makes one minute an hour. Immutable; any thread.</summary>
internal static class TestScale
{
    /// <summary>The factor from the environment, 1 without one.</summary>
    public static double Factor { get; } =
        double.TryParse(Environment.GetEnvironmentVariable("SIGNALS_TEST_SCALE"), NumberStyles.Float, CultureInfo.InvariantCulture, out double factor)
        && factor > 0 ? factor : 1;

    /// <summary>A CI count, scaled; at least 1.</summary>
    public static int Of(int count) => Math.Max(1, (int)(count * Factor));
}
