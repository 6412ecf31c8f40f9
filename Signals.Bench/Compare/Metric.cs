namespace Signals.Bench.Compare;

/// <summary>A figure of the report: its key, its title and unit, and whether more is better.</summary>
internal sealed record Metric(string Key, string Title, string Unit, bool MoreIsBetter)
{
    public static readonly Metric[] All =
    [
        .. Rate("ingest", "ingest, 1 producer, to last ack (Buffered)", "M ev/s", "ev"),
        .. Rate("settled", "ingest to flushed and compacted", "M ev/s", "ev"),
        .. Rate("ingest_4", "ingest, 4 producers, to last ack (Buffered)", "M ev/s", "ev"),
        .. Rate("synced", "synced batches of 256, 1 producer", "M ev/s", "ev"),
        new("synced_p50", "  ack p50", "us", false),
        new("synced_p99", "  ack p99", "us", false),
        .. Rate("mixed_ingest", "ingest while another thread reads", "M ev/s", "ev"),
        new("mixed_reads", "  last-100 reads of 1 type meanwhile", "k reads/s", true),
        new("mixed_p50", "  p50", "us", false),
        new("mixed_p99", "  p99", "us", false),
        new("mixed_p999", "  p99.9", "us", false),
        .. Reads("read_first", "last-100 of 1 type, Zipf users, first round"),
        .. Reads("read_zipf", "last-100 of 3 types, Zipf users"),
        .. Reads("read_uniform_first", "last-100 of 3 types, uniform users, first round"),
        .. Reads("read_uniform", "last-100 of 3 types, uniform users"),
        .. Reads("read_one", "last-100 of 1 type, Zipf users"),
        .. Reads("late", "last-100 of 1 type, newest event is late"),
        .. Rate("enrich_readable", "enrichment, rows to readable", "M rows/s", "row"),
        .. Rate("enrich", "enrichment, rows to readable and settled", "M rows/s", "row"),
        .. Reads("read_vectors", "last-100 of 1 type with vectors, Zipf users"),
        .. Requests("requests", "requests of 64 callers (Buffered)"),
        .. Requests("requests_synced", "requests of 64 callers (Synced)"),
        new("recovery", "SIGKILL after 3M events, reopened and read", "s", false),
        .. Use("recovery", "ev"),
        new("peak_memory", "  peak memory of the process that was killed", "MiB", false),
        new("write_amplification", "bytes written until compacted, over payload", "", false),
        new("data_bytes", "tables on disk, per distinct event", "B", false),
        new("folder_bytes", "whole folder, logs included", "B/ev", false),
    ];

    /// <summary>The title of a figure. When it is listed under another figure, that one's title comes first.</summary>
    public static string FullTitle(Metric metric)
    {
        int at = Array.IndexOf(All, metric);
        int head = Array.FindLastIndex(All, at, candidate => candidate.Title[0] != ' ');
        return head == at ? metric.Title : $"{All[head].Title}, {metric.Title.Trim()}";
    }

    private static Metric[] Rate(string key, string title, string unit, string item) => [new(key, title, unit, true), .. Use(key, item)];

    private static Metric[] Reads(string key, string title) =>
    [
        .. Rate(key, title, "k reads/s", "read"),
        new(key + "_p50", "  p50", "us", false),
        new(key + "_p99", "  p99", "us", false),
        new(key + "_p999", "  p99.9", "us", false),
    ];

    private static Metric[] Requests(string key, string title) =>
    [
        .. Rate(key, title, "k req/s", "req"),
        new(key + "_events", "  events appended", "k ev/s", true),
        new(key + "_ack_p50", "  ack p50", "us", false),
        new(key + "_ack_p99", "  ack p99", "us", false),
    ];

    private static Metric[] Use(string key, string item) =>
    [
        new(key + "_cpu", "  processor time, all threads", $"us/{item}", false),
        new(key + "_alloc", "  allocated, managed", $"B/{item}", false),
        new(key + "_anon", "  anonymous memory at the end", "MiB", false),
    ];
}
