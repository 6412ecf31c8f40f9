using System.Diagnostics;

namespace Signals.Bench.Compare;

/// <summary>
/// The wall time, the processor time of all threads of the process, and the managed bytes that all of them allocated, since it was
/// started.
/// </summary>
internal readonly struct PhaseClock
{
    private readonly long _start;
    private readonly TimeSpan _processor;
    private readonly long _allocated;

    private PhaseClock(long start, TimeSpan processor, long allocated)
    {
        _start = start;
        _processor = processor;
        _allocated = allocated;
    }

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public TimeSpan Processor => Environment.CpuUsage.TotalTime - _processor;

    public long Allocated => GC.GetTotalAllocatedBytes(precise: true) - _allocated;

    public static PhaseClock Start()
    {
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        return new PhaseClock(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, allocated);
    }
}
