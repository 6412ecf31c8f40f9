namespace Signals.Bench.Soak;

/// <summary>
/// The state of a soak at one second: the memory above that of the start, the managed heap of the runtime now, the files of the
/// store, and the jobs done so far as <see cref="SoakRun.Jobs"/>.
/// </summary>
internal sealed record SoakLine(int Second, SoakFigures Figures, double PeakMiB, long HeapMiB, long DiskMB, long Stalls, int[] Jobs);
