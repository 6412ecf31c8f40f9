using System.Globalization;

namespace Signals.Bench.Compare;

/// <summary>Writes the report as a table that is readable as text and as Markdown.</summary>
internal static class ResultTable
{
    private const string Ours = "signals";
    private const string Baseline = "rocksdb";

    public static string Format(Report report) =>
        TextTable.Draw(Rows(report), textColumns: 2) + Environment.NewLine + TextTable.Draw(GoalTable.Rows(report), textColumns: 2);

    private static List<string[]> Rows(Report report)
    {
        List<string[]> rows = [["", "unit", .. report.Candidates, "ratio to RocksDB", "ratio to best peer", "ceiling", "of ceiling"]];
        foreach (Metric metric in Metric.All)
        {
            if (report.Of(Ours, metric.Key) is not Spread ours)
            {
                continue;
            }

            Spread? ceiling = report.CeilingOf(metric.Key);
            rows.Add(
            [
                metric.Title,
                metric.Unit,
                .. report.Candidates.Select(candidate => report.Of(candidate, metric.Key)?.ToString() ?? ""),
                report.Of(Baseline, metric.Key) is Spread peer ? Ratio(metric, ours.Median, peer.Median) : "",
                report.BestPeer(metric) is (string name, Spread best) ? $"{Ratio(metric, ours.Median, best.Median)} ({name})" : "",
                ceiling?.ToString() ?? "",
                ceiling is Spread limit ? (ours.Median / limit.Median).ToString("P0", CultureInfo.InvariantCulture) : "",
            ]);
        }

        return rows;
    }

    // A ratio above 1 means that ours is better, whether more or less of the metric is better.
    private static string Ratio(Metric metric, double ours, double peer)
    {
        double ratio = metric.MoreIsBetter ? ours / peer : peer / ours;
        return double.IsFinite(ratio) ? ratio.ToString("F2", CultureInfo.InvariantCulture) + "x" : "";
    }
}
