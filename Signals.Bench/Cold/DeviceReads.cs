using System.Globalization;

namespace Signals.Bench.Cold;

/// <summary>The bytes that the storage device has read for this process so far, from /proc/self/io.</summary>
internal static class DeviceReads
{
    public static long Bytes()
    {
        string line = File.ReadLines("/proc/self/io").First(line => line.StartsWith("read_bytes:", StringComparison.Ordinal));
        return long.Parse(line["read_bytes:".Length..], CultureInfo.InvariantCulture);
    }
}
