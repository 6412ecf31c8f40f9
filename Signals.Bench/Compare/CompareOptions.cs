using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>The options of `compare`.</summary>
internal sealed record CompareOptions
{
    private const Phases ChurnPhases = Phases.Reads | Phases.Recovery;

    public WorkloadOptions Workload { get; init; } = new() { Kind = WorkloadKind.Random };

    /// <summary>
    /// Whether each process runs its phases once on fewer events before it measures them, so that the runtime has compiled the code.
    /// </summary>
    public bool WarmsUp { get; init; }

    /// <summary>The words that these options were read from.</summary>
    public string[] Words { get; init; } = [];

    public int Runs { get; init; } = 1;

    /// <summary>The number of reads of a read phase.</summary>
    public int Reads { get; init; } = 200_000;

    /// <summary>The names of the peers, as <see cref="Signals.Bench.Candidates.Peers"/> knows them.</summary>
    public string[] PeerNames { get; init; } = ["rocksdb"];

    /// <summary>What is measured. With very many users who come and go, only their ingest, their reads and recovery are.</summary>
    public Phases Phases
    {
        get => Workload.Kind == WorkloadKind.Churn ? field & ChurnPhases : field;
        init;
    } = Phases.All;

    /// <summary>The folder for temporary folders.</summary>
    public string Path { get; init; } = System.IO.Path.GetTempPath();

    public string? JsonFile { get; init; }

    public string? MarkdownFile { get; init; }

    public string? ChartFile { get; init; }
}
