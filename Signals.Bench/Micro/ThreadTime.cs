using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Signals.Bench.Micro;

/// <summary>
/// The processor time of the calling thread, so that what other programs do meanwhile counts little. On other systems than Linux it is
/// the time that passes.
/// </summary>
internal static partial class ThreadTime
{
    private const int ThreadClock = 3; // CLOCK_THREAD_CPUTIME_ID

    /// <summary>Nanoseconds since some moment.</summary>
    public static long Now() => OperatingSystem.IsLinux() && GetTime(ThreadClock, out TimeSpec time) == 0
        ? (time.Seconds * 1_000_000_000) + time.Nanoseconds
        : (long)Stopwatch.GetElapsedTime(0).TotalNanoseconds;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    private readonly struct TimeSpec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
