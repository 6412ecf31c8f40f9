using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Signals.Bench.Candidates;
using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>
/// The work of a child process of <see cref="RoundProcess"/>: it measures some phases of one candidate, and writes the result into a
/// file.
/// </summary>
internal static class RoundCommand
{
    private const int WarmUpEvents = 1_000_000;

    /// <summary>The command line that starts it.</summary>
    public static string[] Arguments(string name, Phases phases, string resultFile, CompareOptions options) =>
        ["round", name, ((int)phases).ToString(CultureInfo.InvariantCulture), resultFile, .. options.Words];

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("round", "Measure some phases of one candidate for compare.") { Hidden = true };
        Argument<string> name = new("NAME");
        Argument<int> phases = new("PHASES");
        Argument<string> file = new("FILE");
        command.Add(name);
        command.Add(phases);
        command.Add(file);
        CompareSyntax options = new(command);
        return command.Does(line => Run(
            line.GetRequiredValue(name), (Phases)line.GetValue(phases), options.Read(line), line.GetRequiredValue(file)));
    }

    private static int Run(string name, Phases phases, CompareOptions options, string file)
    {
        EventLogGenerator generator = new(options.Workload);
        EventLog log = generator.Generate();
        ReadPlan plan = ReadPlan.Make(generator, log, options.Reads);
        RoundResult result;
        try
        {
            if (options.WarmsUp)
            {
                EventLog part = log.Take(Math.Min(log.Count, WarmUpEvents));
                ReadPlan reads = plan with { Model = new SequenceModel(part, plan.Model.Users) };
                new Round(name, part, reads, phases, options).Run();
                Console.WriteLine($"   warmed up with {part.Count:N0} events");
            }

            result = new Round(name, log, plan, phases, options).Run();
        }
        catch (PeerMissingException missing)
        {
            result = new RoundResult([], "", 0, missing.Message);
        }

        File.WriteAllText(file, JsonSerializer.Serialize(result));
        return 0;
    }
}
