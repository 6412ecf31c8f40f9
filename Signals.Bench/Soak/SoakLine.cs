namespace Signals.Bench.Soak;

/// <summary>What a soak was like at a second of it: memory above that of the start, what of it is the runtime's managed heap now, files of the store, and jobs done so far as <see cref="SoakRun.Jobs"/>.</summary>
internal sealed record SoakLine(int Second, SoakFigures Figures, double PeakMiB, long HeapMiB, long DiskMB, long Stalls, int[] Jobs);
