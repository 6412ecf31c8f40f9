using System.Buffers;
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
    public const string Usage = "kafka-log [--workload random] [--events 2000000] [--per-record 1,16,256]";

    public static KafkaLogCommand Parse(ReadOnlySpan<string> arguments)
    {
        OptionReader options = new(arguments, Usage);
        KafkaLogCommand command = new(
            Enum.Parse<WorkloadKind>(options.Text("--workload", "random"), ignoreCase: true),
            options.Number("--events", 2_000_000),
            [.. options.Text("--per-record", "1,16,256").Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))]);
        options.RequireAllUsed();
        return command;
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
