using System.Text.Json;
using System.Text.RegularExpressions;
using Signals.Tests.Architecture;

namespace Signals.Tests.Storage.Telemetry;

/// <summary>Every expression of docs/grafana.json asks for an instrument of docs/metrics.md, under its name in Prometheus.</summary>
internal sealed partial class GrafanaTests
{
    private static readonly string Docs = Path.Combine(SourceFile.RepositoryRoot(), "docs");

    [Test]
    public void Dashboard_EachExpression_NamesInstrumentsOfThePage()
    {
        HashSet<string> known = [.. InstrumentRow().Matches(File.ReadAllText(Path.Combine(Docs, "metrics.md"))).SelectMany(NamesOf)];
        using JsonDocument board = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Docs, "grafana.json")));
        string[] asked =
        [
            .. board.RootElement.GetProperty("panels").EnumerateArray()
                .Where(panel => panel.TryGetProperty("targets", out _))
                .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
                .SelectMany(target => Metric().Matches(target.GetProperty("expr").GetString()!).Select(match => match.Groups[1].Value)),
        ];
        Assert.That(asked, Has.Length.GreaterThan(30));
        Assert.That(asked.Except(known), Is.Empty);
    }

    [Test]
    public void Dashboard_Panels_DoNotOverlap()
    {
        using JsonDocument board = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Docs, "grafana.json")));
        HashSet<(int X, int Y)> taken = [];
        foreach (JsonElement place in board.RootElement.GetProperty("panels").EnumerateArray().Select(p => p.GetProperty("gridPos")))
        {
            (int x, int y) = (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32());
            for (int cell = 0; cell < place.GetProperty("w").GetInt32() * place.GetProperty("h").GetInt32(); cell++)
            {
                int width = place.GetProperty("w").GetInt32();
                Assert.That(taken.Add((x + (cell % width), y + (cell / width))), Is.True, $"{x}, {y}");
            }
        }
    }

    // OpenTelemetry's rule: dots become underscores, the unit follows, and a counter ends with _total.
    private static IEnumerable<string> NamesOf(Match row)
    {
        string name = row.Groups[1].Value.Replace('.', '_');
        string unit = row.Groups[3].Value switch { "s" => "_seconds", "By" => "_bytes", "1" => "_ratio", _ => "" };
        return row.Groups[2].Value switch
        {
            "histogram" => [$"{name}{unit}_bucket", $"{name}{unit}_count"],
            "counter" => [$"{name}{unit}_total"],
            _ => [$"{name}{unit}"],
        };
    }

    [GeneratedRegex(@"^\| `(signals\.[\w.]+)` \| (\w+) \| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex InstrumentRow();

    // A metric is followed by its labels; a name in the list of labels is not.
    [GeneratedRegex(@"\b(signals_\w+)\{")]
    private static partial Regex Metric();
}
