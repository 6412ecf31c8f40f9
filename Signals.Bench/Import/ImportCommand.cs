using System.Globalization;

namespace Signals.Bench.Import;

/// <summary>Compares how fast a new 64-byte vector for every event becomes readable.</summary>
internal static class ImportCommand
{
    public const string Usage = "import [--events 10000000] [--users 200000] [--path DIR]";

    /// <summary>Runs the comparison and returns the exit code: 1 when a read gave a wrong vector.</summary>
    /// <exception cref="FormatException">An option is unknown, or a value is malformed.</exception>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        int events = 10_000_000;
        int users = 200_000;
        string path = Path.GetTempPath();
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string value = i + 1 < arguments.Length
                ? arguments[i + 1]
                : throw new FormatException($"{arguments[i]} needs a value. {Usage}");
            switch (arguments[i])
            {
                case "--events": events = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture); break;
                case "--users": users = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture); break;
                case "--path": path = value; break;
                default: throw new FormatException($"Unknown option {arguments[i]}. {Usage}");
            }
        }

        ImportWorkload workload = new(events, users);
        bool right = InFolder(path, folder => new SignalsImport(workload, folder, move: true).Run());
        right &= InFolder(path, folder => new SignalsImport(workload, folder, move: false).Run());
        right &= InFolder(path, folder => new RocksDbImport(workload, folder).Run());
        return right ? 0 : 1;
    }

    private static bool InFolder(string path, Func<string, bool> run)
    {
        string folder = Path.Combine(path, $"signals-bench-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            return run(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
