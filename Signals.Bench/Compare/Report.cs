using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Signals.Bench.Candidates;

namespace Signals.Bench.Compare;

/// <summary>The figures of all runs. Used by one thread.</summary>
internal sealed class Report(CompareOptions options, EventLog log, int users)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly Dictionary<string, List<Dictionary<string, double>>> _figures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<double>> _ceilings = new(StringComparer.Ordinal);

    /// <summary>The candidates: ours first, then the peers by name.</summary>
    public IEnumerable<string> Candidates =>
        _figures.Keys.OrderBy(name => name != Peers.Ours).ThenBy(name => name, StringComparer.Ordinal);

    /// <summary>The number of wrong answers over all candidates and runs.</summary>
    public int Wrong { get; set; }

    /// <summary>How each candidate is configured.</summary>
    public SortedDictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    /// <summary>The machine and the workload in one line.</summary>
    public string Conditions =>
        $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}; "
        + FormattableString.Invariant(
            $"{log.Count:N0} events ({log.Duplicates:N0} duplicates), {users:N0} users, ")
        + FormattableString.Invariant($"{options.Runs} run(s), {options.Reads:N0} reads a phase, workload {WorkloadName}, ")
        + (options.WarmsUp ? "each process warmed up" : "no warm-up round");

    private string WorkloadName => options.Workload.Kind.ToString().ToLowerInvariant();

    /// <summary>Adds the figures of one run.</summary>
    public void Add(string candidate, Dictionary<string, double> figures) => ListOf(_figures, candidate).Add(figures);

    public void AddCeiling(string metric, double value) => ListOf(_ceilings, metric).Add(value);

    public Spread? Of(string candidate, string metric) =>
        _figures.TryGetValue(candidate, out var runs) && runs.TrueForAll(run => run.ContainsKey(metric))
            ? Spread.Of(runs.Select(run => run[metric]))
            : null;

    public Spread? CeilingOf(string metric) => _ceilings.TryGetValue(metric, out var values) ? Spread.Of(values) : null;

    /// <summary>The peer with the best median, and its figure; null when no peer has one.</summary>
    public (string Name, Spread Figure)? BestPeer(Metric metric)
    {
        (string, Spread)? best = null;
        double bestValue = 0;
        foreach (string name in Candidates.Where(name => name != Peers.Ours))
        {
            double value = Of(name, metric.Key) is Spread figure ? figure.Median : double.NaN;
            if (double.IsFinite(value) && (best is null || (metric.MoreIsBetter ? value > bestValue : value < bestValue)))
            {
                best = (name, Of(name, metric.Key)!.Value);
                bestValue = value;
            }
        }

        return best;
    }

    public string ToJson() => new JsonObject
    {
        ["machine"] =
            $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}",
        ["events"] = log.Count,
        ["distinctEvents"] = log.Distinct,
        ["workload"] = WorkloadName,
        ["warmUp"] = options.WarmsUp,
        ["users"] = users,
        ["days"] = options.Workload.Days,
        ["seed"] = options.Workload.Seed,
        ["reads"] = options.Reads,
        ["wrongAnswers"] = Wrong,
        ["settings"] = JsonSerializer.SerializeToNode(Settings),
        ["goals"] = JsonSerializer.SerializeToNode(GoalTable.Rows(this).Skip(1)),
        ["runs"] = JsonSerializer.SerializeToNode(_figures),
        ["ceilings"] = JsonSerializer.SerializeToNode(_ceilings),
    }.ToJsonString(Indented);

    private static List<T> ListOf<T>(Dictionary<string, List<T>> lists, string key) =>
        lists.TryGetValue(key, out List<T>? list) ? list : lists[key] = [];
}
