using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Signals.Bench.Compare;

namespace Signals.Bench.Cliffs;

/// <summary>
/// Measures every situation in which a cost could jump, one after the other. Each runs in its own process, so that it has its own
/// memory and handles, and so that a failing one does not end the others.
/// </summary>
internal sealed class CliffsCommand(ICliff[] cliffs, double scale, string path, bool here)
{
    private static readonly ICliff[] All =
    [
        new ManyWindows("windows", budgetMiB: null), new ManyWindows("windows-64", budgetMiB: 64),
        new ManyUsers("users", 3_000_000, 3, budgetMiB: null), new ManyUsers("users-64", 3_000_000, 3, budgetMiB: 64),
        new ManyUsers("users-8m-64", 8_000_000, 1, budgetMiB: 64),
        new ManyStores(), new RandomTimes(), new OneEventFlushes(), new ManyErasures(), new HotUser(), new ManyRetractions(),
    ];

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("cliffs", "Measure every situation in which a cost could jump, one after the other.");
        Option<string> only = command.Text("--only", "NAME,...", "", "Only these situations; all by default.");
        Option<int> percent = command.Number("--percent", 100, "The size, in percent of the usual one.");
        Option<string> path = command.Folder();
        Option<string?> here = command.OneOf("--here", "no", "Whether to measure in this process.", "yes", "no");
        here.Hidden = true;
        return command.Does(line => new CliffsCommand(
            Named(line.GetValue(only) ?? ""), line.GetValue(percent) / 100.0, line.GetRequiredValue(path), line.GetValue(here) == "yes")
            .Run());
    }

    private static ICliff[] Named(string list)
    {
        string[] names = list.Split(',', StringSplitOptions.RemoveEmptyEntries);
        string? unknown = names.FirstOrDefault(name => All.All(cliff => cliff.Name != name));
        return unknown is null
            ? [.. All.Where(cliff => names.Length == 0 || names.Contains(cliff.Name))]
            : throw new FormatException(
                $"There is no cliff '{unknown}'; there are {string.Join(", ", All.Select(cliff => cliff.Name))}.");
    }

    /// <summary>Runs the cliffs and returns the exit code: 1 when one of them failed.</summary>
    public int Run()
    {
        int failed = 0;
        foreach (ICliff cliff in cliffs)
        {
            if (here)
            {
                BenchFolder.Use(path, folder => cliff.Measure(new CliffRun(folder, scale)));
                continue;
            }

            Console.WriteLine($"{cliff.Name}: {cliff.Situation}");
            int code = RunInChild(cliff);
            if (code != 0)
            {
                Console.WriteLine($"  ended with {code}");
                failed = 1;
            }
        }

        return failed;
    }

    private int RunInChild(ICliff cliff)
    {
        string percent = ((int)Math.Round(scale * 100)).ToString(CultureInfo.InvariantCulture);
        ProcessStartInfo start = new(
            "dotnet",
            [
                Environment.GetCommandLineArgs()[0], "cliffs", "--only", cliff.Name, "--percent", percent, "--path", path,
                "--here", "yes",
            ]);
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("The runtime could not be started again.");
        process.WaitForExit();
        return process.ExitCode;
    }
}
