using Signals.Bench.Candidates;
using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>Takes one candidate through every phase in a new folder, which is deleted at the end.</summary>
internal sealed class Round(EventLog log, ReadPlan plan, string folder)
{
    /// <summary>Answers that differ from the model's.</summary>
    public int Wrong { get; private set; }

    public Dictionary<string, double> Run(Func<string, ICandidate> open)
    {
        Dictionary<string, double> figures = [];
        try
        {
            using ICandidate candidate = open(folder);
            Console.WriteLine($"-- {candidate.Name}");
            Ingest(candidate, figures);
            figures["data_bytes"] = (double)FolderBytes(candidate.DataFileEnd) / log.Distinct;
            figures["folder_bytes"] = (double)FolderBytes("") / log.Distinct;
            Wrong = AnswerCheck.CountWrong(candidate, plan.Model);
            Console.WriteLine($"   answers checked: {2 * plan.Model.Users.Count}, wrong: {Wrong}");
            ReadResult zipf = Read(candidate, figures, "read_zipf", plan.Zipf, ReadShape.AllTypes);
            Read(candidate, figures, "read_uniform", plan.Uniform, ReadShape.AllTypes);
            Read(candidate, figures, "read_one", plan.Zipf, ReadShape.OneType);
            figures["allocated"] = zipf.AllocatedBytes;
            Console.WriteLine($"   {candidate.Describe()}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return figures;
    }

    private void Ingest(ICandidate candidate, Dictionary<string, double> figures)
    {
        PhaseClock clock = PhaseClock.Start();
        candidate.Ingest(log);
        Record("ingest");
        candidate.FlushAndCompact();
        Record("settled");

        void Record(string key)
        {
            figures[key] = log.Count / clock.Elapsed.TotalSeconds / 1e6;
            figures[key + "_cpu"] = clock.Processor.TotalMicroseconds / log.Count;
            Console.WriteLine($"   {key}: {clock.Elapsed.TotalSeconds:F2} s, processor {clock.Processor.TotalSeconds:F2} s");
        }
    }

    private static ReadResult Read(ICandidate candidate, Dictionary<string, double> figures, string key, uint[] users, ReadShape shape)
    {
        ReadResult result = ReadPhase.Run(candidate, users, shape);
        figures[key] = result.PerSecond / 1e3;
        figures[key + "_cpu"] = result.Processor;
        figures[key + "_p50"] = result.P50;
        figures[key + "_p99"] = result.P99;
        figures[key + "_p999"] = result.P999;
        Console.WriteLine($"   {key}: {result.PerSecond:N0} reads/s, {result.Rows:F1} rows a read");
        return result;
    }

    private long FolderBytes(string end) => new DirectoryInfo(folder)
        .EnumerateFiles("*", SearchOption.AllDirectories)
        .Where(file => file.Name.EndsWith(end, StringComparison.Ordinal))
        .Sum(file => file.Length);
}
