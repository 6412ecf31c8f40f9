using Signals.Bench.Candidates;
using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>
/// Runs the candidates one after the other on the same events, each in processes of its own, prints the table, and reports whether
/// all answers were right.
/// </summary>
internal sealed class CompareCommand(CompareOptions options)
{
    private readonly Dictionary<string, string> _missing = new(StringComparer.Ordinal);
    private bool _hasFailed;

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("compare", "Compare Signals with other stores on the same events.");
        CompareSyntax options = new(command);
        return command.Does(line => new CompareCommand(options.Read(line)).Run());
    }

    /// <summary>Runs the comparison and returns the exit code: 1 when an answer was wrong, or a process failed.</summary>
    public int Run()
    {
        EventLogGenerator generator = new(options.Workload);
        EventLog log = generator.Generate();
        Report report = new(options, log, generator.Users);
        Console.WriteLine(report.Conditions);
        UserIndex index = new(log);
        ReadPlan plan = ReadPlan.Make(generator, log, options.Reads);
        string[] names = [Peers.Ours, .. options.PeerNames];
        for (int run = 0; run < options.Runs; run++)
        {
            AddCeilings(report, log, index, plan);
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive); // The processes that follow need the memory.
            foreach (string name in run % 2 == 0 ? names : [.. names.Reverse()])
            {
                if (!_missing.ContainsKey(name))
                {
                    RunOne(name, report);
                }
            }
        }

        Console.WriteLine();
        Console.WriteLine(ResultTable.Format(report));
        foreach ((string name, string reason) in _missing)
        {
            Console.WriteLine($"{name} was left out: {reason}");
        }

        WriteFiles(report);
        return report.Wrong == 0 && !_hasFailed ? 0 : 1;
    }

    private void RunOne(string name, Report report)
    {
        RoundResult result;
        try
        {
            result = new RoundProcess(options).Run(name);
        }
        catch (InvalidOperationException failure)
        {
            _missing[name] = failure.Message;
            _hasFailed = true;
            return;
        }

        if (result.Missing is string reason)
        {
            _missing[name] = reason;
            return;
        }

        report.Add(name, result.Figures);
        report.Settings[name] = result.Settings;
        report.Wrong += result.Wrong;
    }

    private void AddCeilings(Report report, EventLog log, UserIndex index, ReadPlan plan)
    {
        string file = Path.Combine(options.Path, $"signals-bench-{Guid.NewGuid():N}.ceiling");
        report.AddCeiling("ingest", Ceilings.Write(log, file) / 1e6);
        report.AddCeiling("synced_p50", Ceilings.Sync(log, file));
        report.AddCeiling("read_uniform", Ceilings.Copy(log, index, plan.Uniform) / 1e3);
        if (plan.Zipf.Length > 0)
        {
            report.AddCeiling("read_zipf", Ceilings.Copy(log, index, plan.Zipf) / 1e3);
            report.AddCeiling("read_one", Ceilings.Copy(log, index, plan.Zipf) / 1e3);
        }
    }

    private void WriteFiles(Report report)
    {
        if (options.JsonFile is string json)
        {
            File.WriteAllText(json, report.ToJson());
        }

        if (options.MarkdownFile is string markdown)
        {
            File.WriteAllText(markdown, $"{report.Conditions}; {report.Wrong} wrong answers\n\n{ResultTable.Format(report)}");
        }

        if (options.ChartFile is string chart)
        {
            File.WriteAllText(chart, Chart.Draw(report));
        }
    }
}
