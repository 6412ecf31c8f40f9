using System.Globalization;
using System.Text;

namespace Signals.Bench.Soak;

/// <summary>
/// Draws a soak over time as an SVG. Each figure is a strip from 0 to its greatest value. Times of reads are drawn on a
/// logarithmic scale from 1 us. Pure.
/// </summary>
internal static class SoakChart
{
    private const int Width = 900;
    private const int Left = 190;
    private const int StripWidth = 680;
    private const int StripHeight = 60;
    private const int Gap = 20;

    private static readonly (string Title, Func<SoakLine, double> Figure, bool IsLogarithmic)[] Strips =
    [
        ("events a second", line => line.Figures.EventsPerSecond, false),
        ("reads a second", line => line.Figures.ReadsPerSecond, false),
        ("reads, p50, us", line => line.Figures.ReadP50, true),
        ("reads, p99, us", line => line.Figures.ReadP99, true),
        ("reads, p99.9, us", line => line.Figures.ReadP999, true),
        ("slowest append, ms", line => line.Figures.AppendMaxMs, false),
        ("peak memory, MiB", line => line.PeakMiB, false),
        ("files, MB", line => line.DiskMB, false),
    ];

    public static string Draw(IReadOnlyList<SoakLine> lines)
    {
        StringBuilder body = new();
        int y = Gap;
        foreach ((string title, Func<SoakLine, double> figure, bool isLogarithmic) in Strips)
        {
            Strip(body, title, [.. lines.Select(figure)], isLogarithmic, y);
            y += StripHeight + Gap;
        }

        return $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{y}\" viewBox=\"0 0 {Width} {y}\" role=\"img\">"
            + "<style>text{font:13px system-ui,sans-serif;fill:#24292f}polyline{fill:none;stroke:#0969da;stroke-width:1.5}"
            + ".bg{fill:#fff}line{stroke:#b4bcc6}"
            + "@media(prefers-color-scheme:dark){text{fill:#e6edf3}polyline{stroke:#4493f8}.bg{fill:#0d1117}line{stroke:#4a535e}}</style>"
            + $"<rect class=\"bg\" width=\"{Width}\" height=\"{y}\"/>{body}</svg>\n";
    }

    private static void Strip(StringBuilder body, string title, double[] values, bool isLogarithmic, int top)
    {
        double greatest = values.DefaultIfEmpty().Max();
        double whole = Math.Max(Scaled(greatest), double.Epsilon);
        int bottom = top + StripHeight;
        IEnumerable<string> points = values.Select((value, i) =>
        {
            double x = Left + (StripWidth * (double)i / Math.Max(1, values.Length - 1));
            double y = bottom - (StripHeight * Scaled(value) / whole);
            return Text($"{x:F1},{y:F1}");
        });
        body.Append(Text($"<text x=\"20\" y=\"{top + 25}\">{title}</text><text x=\"20\" y=\"{top + 45}\">up to {greatest:N1}</text>"));
        body.Append(Text(
            $"<line x1=\"{Left}\" y1=\"{bottom}\" x2=\"{Left + StripWidth}\" y2=\"{bottom}\"/>"));
        body.Append(Text($"<polyline points=\"{string.Join(' ', points)}\"/>"));

        double Scaled(double value) => isLogarithmic ? Math.Log(Math.Max(1, value)) : value;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
