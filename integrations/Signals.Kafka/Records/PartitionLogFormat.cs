using System.Text;

namespace Signals.Kafka.Records;

/// <summary>The names of headers and kinds in a partition's log (docs/formats/partition-log.md). Constants; pure functions.</summary>
internal static class PartitionLogFormat
{
    public const string KindHeader = "signals-kind";
    public const string TraceParentHeader = "traceparent";
    public const string TraceStateHeader = "tracestate";

    private static readonly long LatestMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private static readonly byte[][] Kinds = ["events"u8.ToArray(), "erase"u8.ToArray(), "import"u8.ToArray(), "definition"u8.ToArray(),
        "schema"u8.ToArray()];

    /// <summary>The kind that a header's value names.</summary>
    public static RecordKind KindOf(ReadOnlySpan<byte> header)
    {
        for (int kind = 0; kind < Kinds.Length; kind++)
        {
            if (header.SequenceEqual(Kinds[kind]))
            {
                return (RecordKind)kind;
            }
        }

        return RecordKind.Unknown;
    }

    /// <summary>The header's value for a kind.</summary>
    public static byte[] NameOf(RecordKind kind) => kind < RecordKind.Unknown ? Kinds[(int)kind] : "unknown"u8.ToArray();

    /// <summary>The name under which a store keeps the position of a partition.</summary>
    public static string SourceOf(string topic, int partition) => $"kafka:{topic}/{partition}";

    /// <summary>Whether a record's timestamp is a time, and one that a date can have.</summary>
    public static bool IsTime(long timestampMs) => timestampMs > 0 && timestampMs <= LatestMs;

    /// <summary>Whether a topic's name is short enough for the name of a source.</summary>
    public static bool IsTopic(string topic) => topic.Length > 0 && Encoding.UTF8.GetByteCount(topic) <= 200;
}
