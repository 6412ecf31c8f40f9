using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>The figures of all runs. One thread.</summary>
internal sealed class Report(CompareOptions options, EventLog log)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly Dictionary<string, List<Dictionary<string, double>>> _figures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<double>> _ceilings = new(StringComparer.Ordinal);

    public IEnumerable<string> Candidates => _figures.Keys.Order(StringComparer.Ordinal).Reverse();

    /// <summary>Wrong answers over all candidates and runs.</summary>
    public int Wrong { get; set; }

    public void Add(string candidate, Dictionary<string, double> figures) => ListOf(_figures, candidate).Add(figures);

    public void AddCeiling(string metric, double value) => ListOf(_ceilings, metric).Add(value);

    public Spread? Of(string candidate, string metric) =>
        _figures.TryGetValue(candidate, out var runs) && runs.TrueForAll(run => run.ContainsKey(metric))
            ? Spread.Of(runs.Select(run => run[metric]))
            : null;

    public Spread? CeilingOf(string metric) => _ceilings.TryGetValue(metric, out var values) ? Spread.Of(values) : null;

    public string ToJson() => new JsonObject
    {
        ["machine"] = $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}",
        ["events"] = log.Count,
        ["distinctEvents"] = log.Distinct,
        ["users"] = options.Workload.Users,
        ["days"] = options.Workload.Days,
        ["seed"] = options.Workload.Seed,
        ["reads"] = options.Reads,
        ["wrongAnswers"] = Wrong,
        ["runs"] = JsonSerializer.SerializeToNode(_figures),
        ["ceilings"] = JsonSerializer.SerializeToNode(_ceilings),
    }.ToJsonString(Indented);

    private static List<T> ListOf<T>(Dictionary<string, List<T>> lists, string key) =>
        lists.TryGetValue(key, out List<T>? list) ? list : lists[key] = [];
}
