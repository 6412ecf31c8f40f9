namespace Signals.Bench.Compare;

/// <summary>A figure of the report: its key, its title and unit, and whether more is better.</summary>
internal sealed record Metric(string Key, string Title, string Unit, bool MoreIsBetter)
{
    public static readonly Metric[] All =
    [
        new("ingest", "ingest, 1 producer, to last ack (Buffered)", "M ev/s", true),
        new("ingest_cpu", "  processor time, all threads", "us/ev", false),
        new("settled", "ingest to flushed and compacted", "M ev/s", true),
        new("settled_cpu", "  processor time, all threads", "us/ev", false),
        new("ingest_4", "ingest, 4 producers, to last ack (Buffered)", "M ev/s", true),
        new("synced", "synced batches of 256, 1 producer", "M ev/s", true),
        new("synced_p50", "  ack p50", "us", false),
        new("synced_p99", "  ack p99", "us", false),
        new("mixed_ingest", "ingest while another thread reads", "M ev/s", true),
        new("mixed_reads", "  last-100 reads of 1 type meanwhile", "k reads/s", true),
        new("mixed_p50", "  p50", "us", false),
        new("mixed_p99", "  p99", "us", false),
        new("mixed_p999", "  p99.9", "us", false),
        new("read_zipf", "last-100 of 3 types, Zipf users", "k reads/s", true),
        new("read_zipf_cpu", "  processor time", "us/read", false),
        new("read_zipf_p50", "  p50", "us", false),
        new("read_zipf_p99", "  p99", "us", false),
        new("read_zipf_p999", "  p99.9", "us", false),
        new("read_uniform", "last-100 of 3 types, uniform users", "k reads/s", true),
        new("read_uniform_cpu", "  processor time", "us/read", false),
        new("read_uniform_p50", "  p50", "us", false),
        new("read_uniform_p99", "  p99", "us", false),
        new("read_one", "last-100 of 1 type, Zipf users", "k reads/s", true),
        new("read_one_cpu", "  processor time", "us/read", false),
        new("read_one_p50", "  p50", "us", false),
        new("read_one_p99", "  p99", "us", false),
        new("recovery", "SIGKILL after 3M events, reopened and read", "s", false),
        new("peak_memory", "  peak memory of the process that was killed", "MiB", false),
        new("write_amplification", "bytes written until compacted, over payload", "", false),
        new("allocated", "allocated per read, managed", "B", false),
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
}
