using System.Buffers;
using System.CommandLine;
using System.Globalization;
using Signals.Bench.Compare;
using Signals.Bench.Workloads;

namespace Signals.Bench.Kafka;

/// <summary>
/// The process that stands for the broker: encodes the events once for each number of events in a record, says where it listens, and
/// serves until its input ends.
/// </summary>
internal sealed class KafkaLogCommand(WorkloadKind kind, int events, int[] perRecord)
{
    public static BenchCommand Syntax()
    {
        BenchCommand command = new("kafka-log", "Stand for the broker of kafka, in a process of its own.") { Hidden = true };
        Option<string> workload = command.Text("--workload", "random|dense|churn", "random", "Which events.");
        Option<int> events = command.Number("--events", 2_000_000, "How many events.");
        Option<string> perRecord = command.Text("--per-record", "N,...", "1,16,256", "How many events a record holds.");
        return command.Does(line => new KafkaLogCommand(
            CompareSyntax.KindOf(line.GetRequiredValue(workload)), line.GetValue(events),
            KafkaCommand.PerRecordOf(line.GetRequiredValue(perRecord))).Run());
    }

    /// <summary>The topic whose records have so many events each.</summary>
    public static string TopicOf(int perRecord) => string.Create(CultureInfo.InvariantCulture, $"events-{perRecord}");

    public int Run()
    {
        LogServer server = new(Encode());
        Console.WriteLine(server.Listen());
        new Thread(server.Run) { IsBackground = true }.Start();
        while (Console.In.Read() >= 0)
        {
        }

        return 0;
    }

    private Dictionary<string, LogBatches> Encode()
    {
        KafkaWorkload workload = new(new WorkloadOptions { Kind = kind, Events = events });
        long timeMs = workload.RecordTimeMs;
        ArrayBufferWriter<byte>[] records = [.. perRecord.Select(_ => new ArrayBufferWriter<byte>())];
        LogBatches[] logs = [.. perRecord.Select(_ => new LogBatches())];
        for (int i = 0; i < events; i++)
        {
            ReadOnlySpan<byte> frame = workload.Frame(i);
            for (int log = 0; log < logs.Length; log++)
            {
                records[log].Write(frame);
                if ((i + 1) % perRecord[log] == 0 || i + 1 == events)
                {
                    logs[log].Add(records[log].WrittenSpan, timeMs);
                    records[log].ResetWrittenCount();
                }
            }
        }

        Array.ForEach(logs, log => log.Complete());
        return perRecord.Zip(logs).ToDictionary(pair => TopicOf(pair.First), pair => pair.Second);
    }
}
