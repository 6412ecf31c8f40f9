using System.Globalization;

namespace Signals.Bench.Compare;

/// <summary>The goals, next to the values that the run reached. Pure.</summary>
internal static class GoalTable
{
    /// <summary>The rows of the table, with the header first.</summary>
    public static List<string[]> Rows(Report report)
    {
        List<string[]> rows = [["goal", "aimed at", "reached", ""]];
        foreach (Goal goal in Goal.All)
        {
            Metric metric = Array.Find(Metric.All, metric => metric.Key == goal.Metric)!;
            double? reached = goal.Reached(report, metric);
            string unit = goal.Against is Goal.Bound or Goal.LowerBound ? $" {metric.Unit}".TrimEnd() : "x";
            rows.Add(
            [
                Metric.FullTitle(metric),
                goal.Text(metric),
                reached is double value ? value.ToString("0.##", CultureInfo.InvariantCulture) + unit : "not measured",
                reached is double figure ? goal.IsMet(figure, metric) ? "met" : "missed" : "",
            ]);
        }

        return rows;
    }
}
