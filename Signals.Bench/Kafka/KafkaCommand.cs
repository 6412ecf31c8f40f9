using System.CommandLine;
using Signals.Bench.Compare;
using Signals.Bench.Workloads;

namespace Signals.Bench.Kafka;

/// <summary>
/// Measures ingest through Kafka beside direct appends of the same events, in rounds that take turns. The broker is another process on the
/// same processors, which answers from memory. A share compares a pass with the direct appends before and after it.
/// </summary>
internal sealed class KafkaCommand(WorkloadKind kind, int events, int rounds, int[] perRecord, int directBatch, string path)
{
    public static BenchCommand Syntax()
    {
        BenchCommand command = new("kafka", "Measure ingest through Kafka beside direct appends of the same events.");
        Option<string> workload = command.Text("--workload", "random|dense|churn", "random", "Which events.");
        Option<int> events = command.Number("--events", 2_000_000, "How many events.");
        Option<int> rounds = command.Number("--rounds", 5, "How many rounds.");
        Option<string> perRecord = command.Text("--per-record", "N,...", "1,16,256", "How many events a record holds.");
        Option<int> directBatch = command.Number("--direct-batch", 8_192, "How many events are appended together without Kafka.");
        Option<string> path = command.Folder();
        return command.Does(line => new KafkaCommand(
            CompareSyntax.KindOf(line.GetRequiredValue(workload)), line.GetValue(events), line.GetValue(rounds),
            PerRecordOf(line.GetRequiredValue(perRecord)), line.GetValue(directBatch), line.GetRequiredValue(path)).Run());
    }

    /// <summary>How many events the records of each topic hold.</summary>
    /// <exception cref="FormatException">One of them is not a number above 0.</exception>
    public static int[] PerRecordOf(string text) => [.. BenchCommand.NumbersOf("--per-record", text).Select(count => checked((int)count))];

    public int Run()
    {
        using KafkaLogProcess log = new(kind, events, perRecord);
        KafkaPasses passes = new(new KafkaWorkload(new WorkloadOptions { Kind = kind, Events = events }), log, path);
        List<double> direct = [];
        Dictionary<int, List<KafkaPass>> followed = perRecord.ToDictionary(count => count, _ => new List<KafkaPass>());
        Dictionary<int, List<double>> shares = perRecord.ToDictionary(count => count, _ => new List<double>());
        Dictionary<int, List<double>> consumed = perRecord.ToDictionary(count => count, _ => new List<double>());
        Dictionary<int, List<double>> decoded = perRecord.ToDictionary(count => count, _ => new List<double>());
        passes.Direct(directBatch);
        passes.Follow(perRecord[^1]); // so that the code is compiled
        double before = passes.Direct(directBatch);
        for (int round = 0; round < rounds; round++)
        {
            foreach (int count in perRecord)
            {
                KafkaPass pass = passes.Follow(count);
                double after = passes.Direct(directBatch);
                followed[count].Add(pass);
                shares[count].Add(100 * pass.Rate / Math.Sqrt(before * after));
                direct.Add(after);
                before = after;
                consumed[count].Add(passes.Consume(count));
                decoded[count].Add(passes.Decode(count));
            }
        }

        Console.WriteLine(
            $"{events:N0} events of workload {kind.ToString().ToLowerInvariant()}, {rounds} rounds, median (least..most), "
            + $"{Environment.ProcessorCount} processors");
        Console.WriteLine($"direct appends, {directBatch} events together: {Spread.Of(direct)} events/s");
        foreach (int count in perRecord)
        {
            Report(count, followed[count], shares[count], consumed[count], decoded[count]);
        }

        Console.WriteLine("0 wrong answers");
        return 0;
    }

    private static void Report(int count, List<KafkaPass> passes, List<double> shares, List<double> consumed, List<double> decoded)
    {
        Console.WriteLine($"{count} in a record");
        Console.WriteLine($"  through Kafka, events/s         {Spread.Of(passes.Select(pass => pass.Rate))}");
        Console.WriteLine($"  of the direct appends, %        {Spread.Of(shares)}");
        Console.WriteLine($"  consumer alone, events/s        {Spread.Of(consumed)}");
        Console.WriteLine($"  decoder alone, events/s         {Spread.Of(decoded)}");
        Console.WriteLine($"  processor here, ns an event     {Spread.Of(passes.Select(pass => pass.HereNs))}");
        Console.WriteLine($"  processor broker, ns an event   {Spread.Of(passes.Select(pass => pass.ThereNs))}");
        Console.WriteLine($"  allocated, bytes an event       {Spread.Of(passes.Select(pass => pass.AllocatedBytes))}");
    }
}
