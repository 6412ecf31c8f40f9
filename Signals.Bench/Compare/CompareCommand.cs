using Signals.Bench.Candidates;
using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>
/// Runs the candidates one after the other on the same events, prints the table, and reports whether all answers were right.
/// </summary>
internal sealed class CompareCommand(CompareOptions options)
{
    private const int WarmUpEvents = 1_000_000;
    private const int CheckedUsersOfEachKind = 150;
    private const int CheckedTopUsers = 5;

    private readonly Dictionary<string, string> _missing = new(StringComparer.Ordinal);

    /// <summary>Runs the comparison and returns the exit code: 1 when an answer was wrong.</summary>
    public int Run()
    {
        EventLogGenerator generator = new(options.Workload);
        EventLog log = generator.Generate();
        Console.WriteLine(
            $"{log.Count:N0} events, {log.Duplicates:N0} of them duplicates, "
            + $"{options.Workload.Users:N0} users, {options.Workload.Days} days");
        UserIndex index = new(log);
        ReadPlan plan = Plan(generator, log);
        string[] names = [Peers.Ours, .. options.PeerNames];
        WarmUp(names, log, plan);

        Report report = new(options, log);
        int wrong = 0;
        for (int run = 0; run < options.Runs; run++)
        {
            string ceilingFile = Path.Combine(options.Path, $"signals-bench-{Guid.NewGuid():N}.ceiling");
            report.AddCeiling("ingest", Ceilings.Write(log, ceilingFile) / 1e6);
            report.AddCeiling("read_zipf", Ceilings.Copy(log, index, plan.Zipf) / 1e3);
            report.AddCeiling("synced_p50", Ceilings.Sync(ceilingFile));
            report.AddCeiling("read_one", Ceilings.Copy(log, index, plan.Zipf) / 1e3);
            report.AddCeiling("read_uniform", Ceilings.Copy(log, index, plan.Uniform) / 1e3);
            foreach (string name in run % 2 == 0 ? names : [.. names.Reverse()])
            {
                if (!_missing.ContainsKey(name))
                {
                    CollectGarbage();
                    Round round = new(name, log, plan, options.Phases, NewFolder);
                    report.Add(name, round.Run());
                    report.Settings[name] = round.Settings;
                    wrong += round.Wrong;
                }
            }
        }

        report.Wrong = wrong;
        Console.WriteLine();
        Console.WriteLine(ResultTable.Format(report));
        foreach ((string name, string reason) in _missing)
        {
            Console.WriteLine($"{name} was left out: {reason}");
        }

        WriteFiles(report);
        return wrong == 0 ? 0 : 1;
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

    private ReadPlan Plan(EventLogGenerator generator, EventLog log)
    {
        List<uint> users = [.. generator.Top(Math.Min(CheckedTopUsers, options.Workload.Users))];
        users.AddRange(generator.PopularUsers(CheckedUsersOfEachKind, seed: 11));
        users.AddRange(generator.UniformUsers(CheckedUsersOfEachKind, seed: 12));
        return new ReadPlan(
            generator.PopularUsers(options.Reads, seed: 13),
            generator.UniformUsers(options.Reads, seed: 14),
            new SequenceModel(log, users.Distinct()));
    }

    /// <summary>
    /// Runs everything on the first events, so that the runtime compiles and profiles the code. The figures are thrown away.
    /// </summary>
    private void WarmUp(string[] names, EventLog log, ReadPlan plan)
    {
        EventLog part = log.Take(Math.Min(log.Count, WarmUpEvents));
        ReadPlan reads = plan with { Model = new SequenceModel(part, plan.Model.Users) };
        Console.WriteLine($"warming up with {part.Count:N0} events");
        foreach (string name in names)
        {
            try
            {
                new Round(name, part, reads, options.Phases, NewFolder).Run();
            }
            catch (PeerMissingException missing)
            {
                _missing[name] = missing.Message;
                Console.WriteLine($"-- {name} is left out: {missing.Message}");
            }
        }

        Console.WriteLine("measuring");
    }

    private string NewFolder()
    {
        string folder = Path.Combine(options.Path, $"signals-bench-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    private static void CollectGarbage()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }
}
