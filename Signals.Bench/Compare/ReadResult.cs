namespace Signals.Bench.Compare;

/// <summary>The results of a read phase. Times are in microseconds.</summary>
internal readonly record struct ReadResult(
    double PerSecond, double Processor, double P50, double P99, double P999, double Rows, double AllocatedBytes);
