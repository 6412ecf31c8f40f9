using System.Globalization;

namespace Signals.Tests.Reliability;

/// <summary>
/// What this process holds, as Linux counts it after a full collection: file handles, threads, and resident
/// bytes without the managed heap.
/// </summary>
internal readonly record struct ProcessCounts(int Handles, int Threads, long NativeBytes)
{
    public static ProcessCounts Take()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        string line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        long resident = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
        return new ProcessCounts(
            Directory.GetFileSystemEntries("/proc/self/fd").Length, Directory.GetDirectories("/proc/self/task").Length,
            resident - GC.GetTotalMemory(forceFullCollection: false));
    }
}
