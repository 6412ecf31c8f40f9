using System.Diagnostics;

namespace Signals.Bench.Compare;

/// <summary>The wall time, and the processor time of all threads of the process, since it was started.</summary>
internal readonly struct PhaseClock
{
    private readonly long _start;
    private readonly TimeSpan _processor;

    private PhaseClock(long start, TimeSpan processor)
    {
        _start = start;
        _processor = processor;
    }

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public TimeSpan Processor => Environment.CpuUsage.TotalTime - _processor;

    public static PhaseClock Start() => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
}
