using System.CommandLine;
using System.Globalization;
using Signals.Bench.Candidates;
using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>
/// The work of the child process of <see cref="RecoveryPhase"/>. It fills a store, prints that it is done and the memory that
/// this took, and waits to be killed or for its input to end.
/// </summary>
internal static class FillCommand
{
    public const string Done = "filled";

    /// <summary>The command line that starts it.</summary>
    public static string[] Arguments(string name, string folder, EventLog part) =>
    [
        "fill", name, folder, part.Options.Kind.ToString(), Text(part.Count), Text(part.Options.Users), Text(part.Options.Days),
        Text(part.Options.Seed), Text(part.WholeCount),
    ];

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("fill", "Fill a store for the recovery of compare, and wait to be killed.") { Hidden = true };
        Argument<string[]> words = new("WORDS") { Arity = new ArgumentArity(8, 8) };
        command.Add(words);
        return command.Does(line => Run(line.GetRequiredValue(words)));
    }

    private static int Run(string[] words)
    {
        int[] numbers = [.. words[3..].Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
        WorkloadKind kind = Enum.Parse<WorkloadKind>(words[2]);
        WorkloadOptions options = new()
        {
            Kind = kind,
            Events = numbers[4],
            Users = numbers[1],
            Days = numbers[2],
            Seed = numbers[3],
        };
        EventLog log = new EventLogGenerator(options).Generate(numbers[0]);
        GC.Collect();
        ProcessUse use = ProcessUse.Start();
        ICandidate candidate = Peers.Open(words[0], new StoreSetup(words[1], kind)); // Never disposed: the process ends by a kill.
        candidate.Ingest(log, producers: 1);
        Console.WriteLine(FormattableString.Invariant($"{Done} {use.PeakMemory()}"));
        Console.In.ReadToEnd();
        GC.KeepAlive(candidate);
        return 0;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
