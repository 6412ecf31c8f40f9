using System.Globalization;
using Signals.Bench.Candidates;
using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>The options of `compare`.</summary>
internal sealed record CompareOptions
{
    public const string Usage =
        "compare [--workload random|dense|churn] [--warm-up off|on] "
        + "[--events 20000000] [--users 200000] [--days 30] [--seed 1] [--runs 1] [--reads 200000] "
        + "[--peer rocksdb,rocksdb-packed,faster,lmdb,zonetree,sqlite|all|none] "
        + "[--phases ingest,reads,producers,mixed,synced,recovery,late,enrich,requests,syncedrequests] "
        + "[--path DIR] [--json FILE] [--markdown FILE] [--chart FILE.svg]";

    private const Phases ChurnPhases = Phases.Reads | Phases.Recovery;

    private bool? _warmsUp;

    public WorkloadOptions Workload { get; private init; } = new() { Kind = WorkloadKind.Random };

    /// <summary>
    /// Whether each process runs its phases once on fewer events before it measures them, so that the runtime has compiled the code.
    /// Without the option, only the dense workload does.
    /// </summary>
    public bool WarmsUp => _warmsUp ?? Workload.Kind == WorkloadKind.Dense;

    /// <summary>The words that these options were read from.</summary>
    public string[] Words { get; private init; } = [];

    public int Runs { get; private init; } = 1;

    /// <summary>The number of reads of a read phase.</summary>
    public int Reads { get; private init; } = 200_000;

    /// <summary>The names of the peers, as <see cref="Signals.Bench.Candidates.Peers"/> knows them.</summary>
    public string[] PeerNames { get; private init; } = ["rocksdb"];

    /// <summary>What is measured. With very many users who come and go, only their ingest, their reads and recovery are.</summary>
    public Phases Phases
    {
        get => Workload.Kind == WorkloadKind.Churn ? field & ChurnPhases : field;
        private init;
    } = Phases.All;

    /// <summary>The folder for temporary folders.</summary>
    public string Path { get; private init; } = System.IO.Path.GetTempPath();

    public string? JsonFile { get; private init; }

    public string? MarkdownFile { get; private init; }

    public string? ChartFile { get; private init; }

    /// <exception cref="FormatException">An option is unknown, or a value is malformed.</exception>
    public static CompareOptions Parse(ReadOnlySpan<string> arguments)
    {
        CompareOptions options = new() { Words = arguments.ToArray() };
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string name = arguments[i];
            string value = i + 1 < arguments.Length ? arguments[i + 1] : throw new FormatException($"{name} needs a value. {Usage}");
            options = options.With(name, value);
        }

        return options;
    }

    private CompareOptions With(string name, string value) => name switch
    {
        "--workload" => this with { Workload = Workload with { Kind = KindOf(value) } },
        "--warm-up" => this with { _warmsUp = value is "on" or "off" ? value == "on" : throw new FormatException($"{name} is on or off.") },
        "--events" => this with { Workload = Workload with { Events = Number(name, value) } },
        "--users" => this with { Workload = Workload with { Users = Number(name, value) } },
        "--days" => this with { Workload = Workload with { Days = Number(name, value) } },
        "--seed" => this with { Workload = Workload with { Seed = Number(name, value) } },
        "--runs" => this with { Runs = Number(name, value) },
        "--reads" => this with { Reads = Number(name, value) },
        "--peer" => this with { PeerNames = value == "none" ? [] : value == "all" ? [.. Peers.Names] : Known(value.Split(',')) },
        "--phases" => this with { Phases = value.Split(',').Select(PhaseOf).Aggregate((all, phase) => all | phase) },
        "--path" => this with { Path = value },
        "--markdown" => this with { MarkdownFile = value },
        "--chart" => this with { ChartFile = value },
        "--json" => this with { JsonFile = value },
        _ => throw new FormatException($"Unknown option {name}. {Usage}"),
    };

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw new FormatException($"{name} needs a number above 0, not '{value}'.");

    private static WorkloadKind KindOf(string name) =>
        Enum.TryParse(name, ignoreCase: true, out WorkloadKind kind) && Enum.IsDefined(kind)
            ? kind
            : throw new FormatException(
                $"Unknown workload '{name}'; known: {string.Join(", ", Enum.GetNames<WorkloadKind>()).ToLowerInvariant()}.");

    private static Phases PhaseOf(string name) =>
        Enum.TryParse(name, ignoreCase: true, out Phases phase) && Enum.IsDefined(phase)
            ? phase
            : throw new FormatException(
                $"Unknown phase '{name}'; known: {string.Join(", ", Enum.GetNames<Phases>()).ToLowerInvariant()}.");

    private static string[] Known(string[] peers) =>
        Array.Find(peers, peer => !Peers.Knows(peer)) is string unknown
            ? throw new FormatException($"Unknown peer '{unknown}'; known: {string.Join(", ", Peers.Names)}, none.")
            : peers;
}
