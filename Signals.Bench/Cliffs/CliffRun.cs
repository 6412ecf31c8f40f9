using System.Diagnostics;
using System.Globalization;

namespace Signals.Bench.Cliffs;

/// <summary>
/// What a cliff needs for its measurement: its folder, its size, and figures of this process. Figures are printed as soon as they
/// are known.
/// </summary>
/// <remarks>Thread contract: one thread. The figures of the process are only known on Linux; elsewhere they are NaN.</remarks>
internal sealed class CliffRun(string folder, double scale)
{
    private const int WarmReads = 200;

    public string Folder { get; } = folder;

    /// <summary>A number of things, scaled to the size of this run; at least one.</summary>
    public int Sized(int full) => Math.Max(1, (int)(full * scale));

    public static void Report(string figure, double value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {figure,-44} {Short(value),12}"));

    /// <summary>Reports tables, handles and memory of the store and this process.</summary>
    public static void ReportStore(string when, SignalStore store)
    {
        StoreStats stats = store.GetStats();
        Report($"{when}: tables", stats.Tables);
        Report($"{when}: handles of the process", Handles());
        Report($"{when}: resident MiB of the process", ResidentMiB());
        Report($"{when}: directory MiB", stats.DirectoryBytes / 1048576.0);
    }

    /// <summary>Reports the median and the 99th percentile of reads, in microseconds.</summary>
    public static void ReportReads(string what, SignalStore store, SequenceQuery query, ReadOnlySpan<UserId> users)
    {
        for (int i = 0; i < Math.Min(WarmReads, users.Length); i++)
        {
            store.Read(users[i], query).Dispose();
        }

        double[] microseconds = new double[users.Length];
        for (int i = 0; i < users.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            store.Read(users[i], query).Dispose();
            microseconds[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(microseconds);
        Report($"{what}: p50 us", microseconds[microseconds.Length / 2]);
        Report($"{what}: p99 us", microseconds[(int)(0.99 * (microseconds.Length - 1))]);
    }

    /// <summary>The processor time of this process so far in seconds, over all threads.</summary>
    public static double ProcessorSeconds()
    {
        using Process process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }

    public static double ResidentMiB() => StatusField("VmRSS:") / 1024;

    public static double Threads() => StatusField("Threads:");

    public static double Handles() => OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : double.NaN;

    private static double StatusField(string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            return double.NaN;
        }

        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }

    private static string Short(double value) =>
        value.ToString(value is >= 1000 or <= -1000 ? "N0" : "0.###", CultureInfo.InvariantCulture);
}
