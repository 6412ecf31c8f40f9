namespace Signals.Bench.Soak;

/// <summary>
/// The figures of one line of a soak: rates per second, times of reads in microseconds, and the time of the slowest append in
/// milliseconds.
/// </summary>
internal readonly record struct SoakFigures(
    double EventsPerSecond, double ReadsPerSecond, double ReadP50, double ReadP99, double ReadP999, double ReadMax, double AppendMaxMs);
