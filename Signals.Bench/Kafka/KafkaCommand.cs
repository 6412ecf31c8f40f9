using System.Globalization;
using Signals.Bench.Compare;
using Signals.Bench.Workloads;

namespace Signals.Bench.Kafka;

/// <summary>
/// Measures ingest through Kafka beside direct appends of the same events, in rounds that take turns. The broker is another process on the
/// same processors, which answers from memory. A share compares a pass with the direct appends before and after it.
/// </summary>
internal sealed class KafkaCommand(WorkloadKind kind, int events, int rounds, int[] perRecord, int directBatch, string path)
{
    public const string Usage =
        "kafka [--workload random|dense|churn] [--events 2000000] [--rounds 5] [--per-record 1,16,256] [--direct-batch 8192] [--path DIR]";

    public static KafkaCommand Parse(ReadOnlySpan<string> arguments)
    {
        OptionReader options = new(arguments, Usage);
        KafkaCommand command = new(
            Enum.Parse<WorkloadKind>(options.Text("--workload", "random"), ignoreCase: true),
            options.Number("--events", 2_000_000),
            options.Number("--rounds", 5),
            [.. options.Text("--per-record", "1,16,256").Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))],
            options.Number("--direct-batch", 8_192),
            options.Text("--path", Path.GetTempPath()));
        options.RequireAllUsed();
        return command;
    }

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
