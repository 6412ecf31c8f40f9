using System.CommandLine;
using Signals.Parquet;

namespace Signals.Bench.Lake;

/// <summary>How fast events become Parquet and Parquet becomes events, beside DuckDB with the same table.</summary>
internal static class LakeCommand
{
    public static BenchCommand Syntax()
    {
        BenchCommand command = new("lake", "Measure how fast events become Parquet and Parquet becomes events, beside DuckDB.");
        Option<int> events = command.Number("--events", 10_000_000, "How many events.");
        Option<int> users = command.Number("--users", 200_000, "Of so many users.");
        Option<int> dimensions = command.Number("--dimensions", 0, "The numbers of a vector; 0 for none.", least: 0);
        Option<string> path = command.Folder();
        return command.Does(line => Run(
            new LakeWorkload(line.GetValue(events), line.GetValue(users), line.GetValue(dimensions)), line.GetRequiredValue(path)));
    }

    // All steps in one process. Returns the exit code: 1 when rows are missing.
    private static int Run(LakeWorkload workload, string path)
    {
        string folder = Path.Combine(path, $"signals-bench-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            return RunIn(folder, workload) ? 0 : 1;
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
