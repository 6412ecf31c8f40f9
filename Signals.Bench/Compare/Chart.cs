using System.Globalization;
using System.Security;
using System.Text;

namespace Signals.Bench.Compare;

/// <summary>
/// Draws the report as an SVG that is readable on light and dark backgrounds. Each figure is a block and each candidate a bar in
/// it. The length of a bar is relative to the longest one of its block. Pure.
/// </summary>
internal static class Chart
{
    private const int Width = 900;
    private const int Left = 150;
    private const int BarRoom = 600;
    private const int Line = 20;
    private const int Gap = 34;

    private const string Style =
        "<style>text{font:13px system-ui,sans-serif;fill:#24292f}.t{font-weight:600}.m{fill:#57606a}"
        + ".p{fill:#b4bcc6}.o{fill:#0969da}.bg{fill:#fff}"
        + "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.m{fill:#9198a1}.p{fill:#4a535e}.o{fill:#4493f8}.bg{fill:#0d1117}}"
        + "</style>";

    public static string Draw(Report report)
    {
        StringBuilder body = new();
        int y = 44;
        foreach (Metric metric in Metric.All.Where(
            metric => metric.Title[0] != ' ' && report.Candidates.Any(name => report.Of(name, metric.Key) is not null)))
        {
            y = Block(body, report, metric, y);
        }

        return $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{y}\" viewBox=\"0 0 {Width} {y}\" role=\"img\">"
            + $"{Style}<rect class=\"bg\" width=\"{Width}\" height=\"{y}\"/>"
            + $"<text x=\"20\" y=\"24\" class=\"m\" style=\"font-size:11px\">{Escaped(report.Conditions)}</text>{body}</svg>\n";
    }

    private static int Block(StringBuilder body, Report report, Metric metric, int y)
    {
        string direction = metric.MoreIsBetter ? "longer is better" : "shorter is better";
        y += Line;
        body.Append(Number($"<text x=\"20\" y=\"{y}\" class=\"t\">{Escaped(metric.Title)}</text>"));
        string legend = Escaped($"{metric.Unit}, {direction}".TrimStart(',', ' '));
        body.Append(Number($"<text x=\"{Width - 20}\" y=\"{y}\" class=\"m\" text-anchor=\"end\">{legend}</text>"));
        (string Name, Spread Figure)[] bars = [.. report.Candidates
            .Where(name => report.Of(name, metric.Key) is not null)
            .Select(name => (name, report.Of(name, metric.Key)!.Value))];
        double longest = Math.Max(bars.Max(bar => bar.Figure.Median), double.Epsilon);
        foreach ((string name, Spread figure) in bars)
        {
            y += Line;
            double length = Math.Max(1, BarRoom * Math.Max(0, figure.Median) / longest);
            string kind = name == Signals.Bench.Candidates.Peers.Ours ? "o" : "p";
            body.Append(Number($"<text x=\"{Left - 10}\" y=\"{y}\" text-anchor=\"end\">{Escaped(name)}</text>"));
            body.Append(Number($"<rect class=\"{kind}\" x=\"{Left}\" y=\"{y - 11}\" width=\"{length:F1}\" height=\"13\" rx=\"2\"/>"));
            body.Append(Number($"<text x=\"{Left + length + 6:F1}\" y=\"{y}\" class=\"m\">{Escaped(figure.ToString())}</text>"));
        }

        return y + Gap - Line;
    }

    private static string Number(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Escaped(string text) => SecurityElement.Escape(text);
}
