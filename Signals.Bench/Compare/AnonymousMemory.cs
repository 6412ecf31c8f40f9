using System.Globalization;

namespace Signals.Bench.Compare;

/// <summary>
/// The anonymous resident memory of the process: heaps, stacks and native allocations, but no mapped files. Linux only.
/// </summary>
internal static class AnonymousMemory
{
    private const string Field = "RssAnon:";

    /// <summary>The MiB now; NaN when unknown.</summary>
    public static double MiB()
    {
        if (!OperatingSystem.IsLinux())
        {
            return double.NaN;
        }

        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Field, StringComparison.Ordinal));
        string number = line[Field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return double.Parse(number, CultureInfo.InvariantCulture) / 1024;
    }
}
