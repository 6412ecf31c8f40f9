using System.CommandLine;
using Signals.Bench.Candidates;
using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>The options of `compare`, which its child processes have, too. Used by one thread.</summary>
internal sealed class CompareSyntax(BenchCommand command)
{
    private static readonly CompareOptions Defaults = new();

    private readonly Option<string> _workload = command.Text("--workload", "random|dense|churn", "random", "Which events.");
    private readonly Option<string?> _warmUp = command.OneOf(
        "--warm-up", null, "Whether each process first runs its phases on fewer events; the dense workload does by default.", "on", "off");

    private readonly Option<int> _events = command.Number("--events", Defaults.Workload.Events, "How many events.");
    private readonly Option<int> _users = command.Number("--users", Defaults.Workload.Users, "Of so many users.");
    private readonly Option<int> _days = command.Number("--days", Defaults.Workload.Days, "In so many days.");
    private readonly Option<int> _seed = command.Number("--seed", Defaults.Workload.Seed, "Of everything that is random.");
    private readonly Option<int> _runs = command.Number("--runs", Defaults.Runs, "How often to measure.");
    private readonly Option<int> _reads = command.Number("--reads", Defaults.Reads, "The reads of a read phase.");
    private readonly Option<string> _peers = command.Text(
        "--peer", "PEER,...|all|none", "rocksdb", $"What to compare with: {string.Join(", ", Peers.Names)}.");

    private readonly Option<string> _phases = command.Text("--phases", "PHASE,...", "",
        "Only these phases: ingest, reads, producers, mixed, synced, recovery, late, enrich, requests, syncedrequests; all by default.");

    private readonly Option<string> _path = command.Folder();
    private readonly Option<string> _json = command.Text("--json", "FILE", "", "Write the figures into this file.");
    private readonly Option<string> _markdown = command.Text("--markdown", "FILE", "", "Write the tables into this file.");
    private readonly Option<string> _chart = command.Text("--chart", "FILE.svg", "", "Draw the figures into this file.");

    /// <summary>What a line says.</summary>
    /// <exception cref="FormatException">A workload, a peer or a phase is unknown.</exception>
    public CompareOptions Read(ParseResult line)
    {
        WorkloadOptions workload = new()
        {
            Kind = KindOf(line.GetRequiredValue(_workload)),
            Events = line.GetValue(_events),
            Users = line.GetValue(_users),
            Days = line.GetValue(_days),
            Seed = line.GetValue(_seed),
        };
        return new CompareOptions
        {
            Workload = workload,
            WarmsUp = line.GetValue(_warmUp) is string warmUp ? warmUp == "on" : workload.Kind == WorkloadKind.Dense,
            Words = [.. command.Options.SelectMany(option => WordsOf(line, option))],
            Runs = line.GetValue(_runs),
            Reads = line.GetValue(_reads),
            PeerNames = PeersOf(line.GetRequiredValue(_peers)),
            Phases = line.GetValue(_phases) is string phases
                ? phases.Split(',').Select(PhaseOf).Aggregate((all, phase) => all | phase)
                : Phases.All,
            Path = line.GetRequiredValue(_path),
            JsonFile = line.GetValue(_json),
            MarkdownFile = line.GetValue(_markdown),
            ChartFile = line.GetValue(_chart),
        };
    }

    /// <exception cref="FormatException">There is no such workload.</exception>
    public static WorkloadKind KindOf(string name) =>
        Enum.TryParse(name, ignoreCase: true, out WorkloadKind kind) && Enum.IsDefined(kind)
            ? kind
            : throw new FormatException(
                $"Unknown workload '{name}'; known: {string.Join(", ", Enum.GetNames<WorkloadKind>()).ToLowerInvariant()}.");

    private static string[] WordsOf(ParseResult line, Option option) => line.GetResult(option) is { Implicit: false } given
        ? [option.Name, .. given.Tokens.Select(token => token.Value)]
        : [];

    private static Phases PhaseOf(string name) =>
        Enum.TryParse(name, ignoreCase: true, out Phases phase) && Enum.IsDefined(phase)
            ? phase
            : throw new FormatException(
                $"Unknown phase '{name}'; known: {string.Join(", ", Enum.GetNames<Phases>()).ToLowerInvariant()}.");

    private static string[] PeersOf(string text)
    {
        if (text is "none" or "all")
        {
            return text == "all" ? [.. Peers.Names] : [];
        }

        string[] peers = text.Split(',');
        return Array.Find(peers, peer => !Peers.Knows(peer)) is string unknown
            ? throw new FormatException($"Unknown peer '{unknown}'; known: {string.Join(", ", Peers.Names)}, none.")
            : peers;
    }
}
