using System.CommandLine;
using System.Globalization;
using Signals.Bench.Compare;

namespace Signals.Bench.Clusters;

/// <summary>
/// Simulates clusters of many silos under failures, with the product's own placement, and prints what readers of a partition notice, what
/// moves, and what is fetched. The same options print the same tables.
/// </summary>
internal sealed class SimulateCommand(SimulationInputs inputs, int[] silos, string only)
{
    private const double Gib = 1L << 30;
    private const int Trials = 8;

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("simulate", "Simulate clusters of many silos under failures: what readers notice, moves and fetches.");
        Option<string> silos = command.Text("--silos", "N,...", "8,64,512", "How many silos, from 2 to 4096.");
        Option<string> only = command.Text("--only", "WORDS", "", "Only scenarios with these words in their names.");
        Func<ParseResult, SimulationInputs> inputs = SimulationSyntax.AddTo(command, new SimulationInputs());
        return command.Does(line => new SimulateCommand(
            inputs(line).Validate(), SilosOf(line.GetRequiredValue(silos)), Known(line.GetValue(only) ?? "")).Run());
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

    private static int[] SilosOf(string text) => [.. BenchCommand.NumbersOf("--silos", text).Select(count => count is >= 2 and <= 4096
        ? (int)count
        : throw new FormatException($"--silos needs numbers from 2 to 4096, not '{text}'."))];

    private static string Known(string only) =>
        SimulationScenario.All.Any(scenario => scenario.Name.Contains(only, StringComparison.Ordinal))
            ? only
            : throw new FormatException(
                $"No scenario has '{only}' in its name; there are: {string.Join("; ", SimulationScenario.All.Select(s => s.Name))}.");

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
