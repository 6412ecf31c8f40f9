using System.Globalization;

namespace Signals.Bench.Compare;

/// <summary>
/// What a phase used of the machine: the peak of memory above what was resident when the phase began, and the bytes passed to
/// write calls. Linux only. Pages written through a memory map are not counted; no candidate writes that way.
/// </summary>
internal readonly struct ProcessUse
{
    private readonly double _resident;
    private readonly double _written;

    private ProcessUse(double resident, double written)
    {
        _resident = resident;
        _written = written;
    }

    public static ProcessUse Start()
    {
        if (!OperatingSystem.IsLinux())
        {
            return default;
        }

        File.WriteAllText("/proc/self/clear_refs", "5"); // Resets the peak.
        return new ProcessUse(Field("/proc/self/status", "VmRSS:"), Field("/proc/self/io", "wchar:"));
    }

    /// <summary>The MiB at the peak above what was resident at the start; NaN when unknown.</summary>
    public double PeakMemory() => OperatingSystem.IsLinux() ? (Field("/proc/self/status", "VmHWM:") - _resident) / 1024 : double.NaN;

    /// <summary>The bytes passed to write calls since the start; NaN when unknown.</summary>
    public double Written() => OperatingSystem.IsLinux() ? Field("/proc/self/io", "wchar:") - _written : double.NaN;

    private static double Field(string file, string name)
    {
        string line = File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal));
        string number = line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return double.Parse(number, CultureInfo.InvariantCulture);
    }
}
