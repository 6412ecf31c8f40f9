using System.CommandLine;

namespace Signals.Bench.Import;

/// <summary>Compares how fast a new 64-byte vector for every event becomes readable.</summary>
internal static class ImportCommand
{
    public static BenchCommand Syntax()
    {
        BenchCommand command = new("import", "Compare how fast a new 64-byte vector for every event becomes readable.");
        Option<int> events = command.Number("--events", 10_000_000, "How many events.");
        Option<int> users = command.Number("--users", 200_000, "Of so many users.");
        Option<string> path = command.Folder();
        return command.Does(line => Run(line.GetValue(events), line.GetValue(users), line.GetRequiredValue(path)));
    }

    // Returns the exit code: 1 when a read gave a wrong vector.
    private static int Run(int events, int users, string path)
    {
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
