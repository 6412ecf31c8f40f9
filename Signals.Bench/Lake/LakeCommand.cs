using System.Globalization;
using Signals.Parquet;

namespace Signals.Bench.Lake;

/// <summary>How fast events become Parquet and Parquet becomes events, beside DuckDB with the same table.</summary>
internal static class LakeCommand
{
    public const string Usage = "lake [--events 10000000] [--users 200000] [--dimensions 0] [--path DIR]";

    /// <summary>Runs all steps in one process and returns the exit code: 1 when rows are missing.</summary>
    /// <exception cref="FormatException">An option is unknown, or a value is malformed.</exception>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        (int events, int users, int dimensions, string path) = (10_000_000, 200_000, 0, Path.GetTempPath());
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string value = i + 1 < arguments.Length
                ? arguments[i + 1]
                : throw new FormatException($"{arguments[i]} needs a value. {Usage}");
            switch (arguments[i])
            {
                case "--events": events = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture); break;
                case "--users": users = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture); break;
                case "--dimensions": dimensions = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture); break;
                case "--path": path = value; break;
                default: throw new FormatException($"Unknown option {arguments[i]}. {Usage}");
            }
        }

        string folder = Path.Combine(path, $"signals-bench-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            return RunIn(folder, new LakeWorkload(events, users, dimensions)) ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool RunIn(string folder, LakeWorkload workload)
    {
        LakeSteps steps = new(folder, workload);
        steps.Fill();
        bool right = true;
        foreach (ParquetPartition partition in (ParquetPartition[])[ParquetPartition.Day, ParquetPartition.None])
        {
            right &= steps.Export(partition) == workload.Events;
            right &= steps.Import(partition) == workload.Events;
        }

        LakePeer.Run(folder, steps.FilesOf(ParquetPartition.None), workload);
        return right;
    }
}
