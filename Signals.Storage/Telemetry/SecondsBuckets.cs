using System.Diagnostics.Metrics;

namespace Signals.Storage.Telemetry;

/// <summary>
/// Bucket boundaries of histograms in seconds. The usual defaults are made for milliseconds and put every read into the first
/// bucket. Constants.
/// </summary>
internal static class SecondsBuckets
{
    /// <summary>For what takes microseconds: 1 us to 10 s, three to a factor of ten.</summary>
    public static InstrumentAdvice<double> Short { get; } = new()
    {
        HistogramBucketBoundaries =
        [
            0.000001, 0.000002, 0.000005, 0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005,
            0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10,
        ],
    };

    /// <summary>For work on files: 1 ms to an hour.</summary>
    public static InstrumentAdvice<double> Long { get; } = new()
    {
        HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 600, 3600],
    };
}
