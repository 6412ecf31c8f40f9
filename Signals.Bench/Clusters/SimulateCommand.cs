using System.Globalization;
using Signals.Bench.Compare;

namespace Signals.Bench.Clusters;

/// <summary>
/// Simulates clusters of many silos under failures, with the product's own placement, and prints what readers of a partition notice, what
/// moves, and what is fetched. The same options print the same tables.
/// </summary>
internal sealed class SimulateCommand(SimulationInputs inputs, int[] silos, string only)
{
    public const string Usage =
        "simulate [--silos 8,64,512] [--only WORDS] [--seed 1] [--partitions-per-silo 8] [--standbys 1] [--rack-silos 16] "
        + "[--store-mib 4096] [--events 2000] [--replay 300000] [--restore-mib 600] [--storage-mib 4096] [--upload-mib 300] "
        + "[--open-seconds 2] [--openings 2] [--checkpoint-seconds 300] [--failover-least 1.6] [--failover-most 2] "
        + "[--restart-seconds 30] [--replace-seconds 600] [--process-days 30] [--machine-days 365] [--rack-days 365] [--days 30] "
        + "[--max-replay 10000000] [--patience-seconds 0]";

    private const double Gib = 1L << 30;
    private const double Mib = 1L << 20;
    private const int Trials = 8;

    private static readonly long[] Default = [8, 64, 512];

    /// <exception cref="FormatException">An option is unknown, or a value is malformed.</exception>
    public static SimulateCommand Parse(ReadOnlySpan<string> arguments)
    {
        OptionReader options = new(arguments, Usage);
        int[] silos = [.. options.Numbers("--silos", Default).Select(count => count is >= 2 and <= 4096
            ? (int)count
            : throw new FormatException($"--silos needs numbers from 2 to 4096. {Usage}"))];
        string only = options.Text("--only", "");
        if (!SimulationScenario.All.Any(scenario => scenario.Name.Contains(only, StringComparison.Ordinal)))
        {
            throw new FormatException(
                $"No scenario has '{only}' in its name; there are: {string.Join("; ", SimulationScenario.All.Select(s => s.Name))}.");
        }

        SimulationInputs inputs = Read(options, new SimulationInputs());
        options.RequireAllUsed();
        return new SimulateCommand(inputs.Validate(), silos, only);
    }

    public int Run()
    {
        Console.WriteLine(TextTable.Draw([PlacementHead, .. silos.Select(count => PlacementRow(PlacementFigures.Measure(
            count, count * inputs.PartitionsPerSilo, inputs.Standbys, inputs.RacksOf(count), Trials)))]));
        List<string[]> rows = [ScenarioHead];
        foreach (SimulationScenario scenario in SimulationScenario.All.Where(s => s.Name.Contains(only, StringComparison.Ordinal)))
        {
            rows.AddRange(silos.Select(count => ScenarioRow(scenario.Run(inputs, count))));
        }

        Console.WriteLine(TextTable.Draw(rows));
        Console.WriteLine("Seconds are the mean and the most of the partitions that noticed anything. Answers that may be stale say so.");
        return 0;
    }

    private static SimulationInputs Read(OptionReader options, SimulationInputs otherwise) => new()
    {
        Seed = options.Number("--seed", otherwise.Seed),
        PartitionsPerSilo = options.Number("--partitions-per-silo", otherwise.PartitionsPerSilo),
        Standbys = (int)options.Real("--standbys", otherwise.Standbys),
        RackSilos = options.Number("--rack-silos", otherwise.RackSilos),
        StoreBytes = options.Real("--store-mib", otherwise.StoreBytes / Mib) * Mib,
        EventsPerSecond = options.Real("--events", otherwise.EventsPerSecond),
        ReplayPerSecond = options.Real("--replay", otherwise.ReplayPerSecond),
        RestoreBytesPerSecond = options.Real("--restore-mib", otherwise.RestoreBytesPerSecond / Mib) * Mib,
        StorageBytesPerSecond = options.Real("--storage-mib", otherwise.StorageBytesPerSecond / Mib) * Mib,
        UploadBytesPerSecond = options.Real("--upload-mib", otherwise.UploadBytesPerSecond / Mib) * Mib,
        OpenSeconds = options.Real("--open-seconds", otherwise.OpenSeconds),
        Openings = options.Number("--openings", otherwise.Openings),
        CheckpointSeconds = options.Real("--checkpoint-seconds", otherwise.CheckpointSeconds),
        FailoverLeastSeconds = options.Real("--failover-least", otherwise.FailoverLeastSeconds),
        FailoverMostSeconds = options.Real("--failover-most", otherwise.FailoverMostSeconds),
        RestartSeconds = options.Real("--restart-seconds", otherwise.RestartSeconds),
        ReplaceSeconds = options.Real("--replace-seconds", otherwise.ReplaceSeconds),
        ProcessFailureDays = options.Real("--process-days", otherwise.ProcessFailureDays),
        MachineLossDays = options.Real("--machine-days", otherwise.MachineLossDays),
        RackFailureDays = options.Real("--rack-days", otherwise.RackFailureDays),
        Days = options.Real("--days", otherwise.Days),
        MaxReplay = options.Real("--max-replay", otherwise.MaxReplay),
        PatienceSeconds = options.Real("--patience-seconds", otherwise.PatienceSeconds),
    };

    private static string[] PlacementHead =>
    [
        "silos", "partitions", "owned, max/mean", "replicas, max/mean", "owners moved by a join", "ideal", "replicas made by a join",
        "ideal", "owners moved by a leave", "most to one heir", "all replicas in one rack",
    ];

    private static string[] PlacementRow(PlacementFigures figures) =>
    [
        Text($"{figures.Silos}"), Text($"{figures.Partitions:N0}"),
        Text($"{figures.OwnedMaxOverMean:F2}"), Text($"{figures.ReplicasMaxOverMean:F2}"),
        Text($"{figures.OwnersMovedByJoin:F1}"), Text($"{figures.OwnersIdealByJoin:F1}"),
        Text($"{figures.ReplicasMadeByJoin:F1}"), Text($"{figures.ReplicasIdealByJoin:F1}"),
        Text($"{figures.OwnersMovedByLeave:F1}"), Text($"{figures.MostToOneHeir}"), Text($"{figures.InOneRack:P1}"),
    ];

    private static string[] ScenarioHead =>
    [
        "scenario", "silos", "partitions", "noticed", "owners moved", "s without owner", "s stale", "s unavailable", "fresh", "restores",
        "fetched GiB", "uploaded GiB", "transfers at once", "s until whole", "s until settled",
    ];

    private static string[] ScenarioRow(SimulationResult result) =>
    [
        result.Scenario, Text($"{result.Silos}"), Text($"{result.Partitions:N0}"), Text($"{result.Noticed:N0}"), Text($"{result.Moves:N0}"),
        Spread(result.Ownerless), Spread(result.Stale), Spread(result.Unavailable),
        result.Scenario == SimulationScenario.ManyDaysName ? Text($"{result.Fresh * 100:F6} %") : "",
        Text($"{result.Restores:N0}"), Text($"{result.BytesFetched / Gib:N0}"), Text($"{result.BytesUploaded / Gib:N0}"),
        Text($"{result.MostTransfers:N0}"), Seconds(result, result.WholeSeconds), Seconds(result, result.SettledSeconds),
    ];

    // Of many failures the time after the first one says nothing.
    private static string Seconds(SimulationResult result, double seconds) =>
        result.Scenario == SimulationScenario.ManyDaysName ? "" : Text($"{seconds:N0}");

    private static string Spread((double Mean, double Most) seconds) =>
        seconds.Most == 0 ? "0" : Text($"{seconds.Mean:F1} ({seconds.Most:F1})");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
