using System.Globalization;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Ingest;
using Spectre.Console;

namespace Signals.Samples.ConsoleHost.Reporting;

/// <summary>Prints what an ingest did and what was measured.</summary>
internal sealed class IngestReport(IAnsiConsole console)
{
    /// <summary>Prints everything about the run.</summary>
    /// <param name="result">The ingest.</param>
    /// <param name="stats">The store's counters after the last compaction.</param>
    /// <param name="reads">Times of reads.</param>
    public void Print(IngestResult result, StoreStats stats, LatencySamples reads)
    {
        Grid grid = new();
        grid.AddColumn(new GridColumn().NoWrap().PadRight(3));
        grid.AddColumn();
        Row(grid, "events in", $"{result.Read:N0} in {result.Elapsed.TotalSeconds:N2} s, "
            + $"{result.Read / Math.Max(result.Elapsed.TotalSeconds, 1e-9):N0}/s");
        Row(grid, "accepted", $"{result.Accepted:N0}");
        if (result.Skipped > 0)
        {
            Row(grid, "passed over", $"{result.Skipped:N0} before the position that the store has of the source");
        }
        Row(grid, "duplicates", $"{stats.DuplicatesMerged:N0} merged into their first copy");
        Row(grid, "late", $"{result.Late:N0} behind the newest event before them ({Share(result.Late, result.Accepted)})");
        Row(grid, "rejected", $"{result.Rejected.Total:N0}");
        foreach (Rejection rejection in result.Rejected.Reasons)
        {
            string example = rejection.Example is null ? "" : $" (first: {rejection.Example})";
            Row(grid, "", $"{rejection.Count:N0} {rejection.Reason}{example}");
        }
        Row(grid, "on disk", stats.TableRows == 0
            ? "no tables"
            : $"{stats.TableRows:N0} events in {stats.Tables:N0} tables, {stats.TableBytes / 1e6:N1} MB, "
                + $"{(double)stats.TableBytes / stats.TableRows:N1} bytes/event");
        Row(grid, "beyond last-N or age", $"{stats.RowsDropped:N0} dropped from the tables");
        Row(grid, "flushes, compactions", $"{stats.Flushes:N0}, {stats.Compactions:N0}; "
            + $"{stats.WriteStalls:N0} write stalls ({stats.WriteStallTime.TotalMilliseconds:N0} ms)");
        string missed = result.NeverVisible > 0 ? $"; {result.NeverVisible:N0} never seen" : "";
        Row(grid, "append to visible", Percentiles(result.Freshness) + missed);
        Row(grid, $"last-{ReadTimer.EventsPerRead} read", Percentiles(reads));
        console.Write(grid);
    }

    /// <summary>Median and tail in one line.</summary>
    internal static string Percentiles(LatencySamples samples) => samples.Count == 0
        ? "not measured"
        : string.Create(CultureInfo.InvariantCulture,
            $"p50 {Time(samples.Percentile(0.50))}, p99 {Time(samples.Percentile(0.99))}, p99.9 {Time(samples.Percentile(0.999))}, "
            + $"max {Time(samples.Percentile(1))} ({samples.Count:N0} samples)");

    private static string Time(TimeSpan time) => time.TotalMilliseconds >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:N2} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:N1} us");

    private static string Share(long part, long whole) =>
        ((double)part / Math.Max(whole, 1)).ToString("P2", CultureInfo.InvariantCulture);

    private static void Row(Grid grid, string name, FormattableString value) =>
        Row(grid, name, value.ToString(CultureInfo.InvariantCulture));

    private static void Row(Grid grid, string name, string value) => grid.AddRow(new Text(name), new Text(value));
}
