namespace Signals.Bench.Soak;

/// <summary>One line of a soak: rates a second, times of reads in microseconds and of the slowest append in milliseconds.</summary>
internal readonly record struct SoakFigures(
    double EventsPerSecond, double ReadsPerSecond, double ReadP50, double ReadP99, double ReadP999, double ReadMax, double AppendMaxMs);
