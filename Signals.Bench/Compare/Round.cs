using Signals.Bench.Candidates;
using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>All phases of one candidate in one run. Each phase has an empty folder, which is deleted at its end.</summary>
internal sealed class Round(string name, EventLog log, ReadPlan plan, Phases phases, Func<string> newFolder)
{
    private readonly Dictionary<string, double> _figures = [];

    /// <summary>The number of answers that differ from the model's.</summary>
    public int Wrong { get; private set; }

    /// <summary>How the candidate is configured.</summary>
    public string Settings { get; private set; } = "";

    /// <exception cref="PeerMissingException">The candidate is not available on this machine.</exception>
    public Dictionary<string, double> Run()
    {
        InFolder(Phases.Ingest, synced: false, IngestAndRead);
        InFolder(Phases.Producers, synced: false, (candidate, _) =>
        {
            if (candidate.TakesManyProducers)
            {
                PhaseClock clock = PhaseClock.Start();
                candidate.Ingest(log, producers: 4);
                _figures["ingest_4"] = log.Count / clock.Elapsed.TotalSeconds / 1e6;
                Console.WriteLine($"   ingest, 4 producers: {_figures["ingest_4"]:F2} M ev/s");
            }
        });
        InFolder(Phases.Mixed, synced: false, (candidate, _) =>
        {
            if (candidate.ReadsWhileIngesting)
            {
                MixedPhase.Run(candidate, log, plan.Zipf, _figures);
            }
        });
        InFolder(Phases.Synced, synced: true, (candidate, _) =>
        {
            if (candidate.CanSync)
            {
                SyncedPhase.Run(candidate, log, _figures);
            }
        });
        if (phases.HasFlag(Phases.Recovery))
        {
            Wrong += new RecoveryPhase(name, log, newFolder).Run(_figures);
        }

        return _figures;
    }

    private void IngestAndRead(ICandidate candidate, string folder)
    {
        Ingest(candidate);
        _figures["data_bytes"] = (double)FolderBytes(folder, candidate.DataFileEnd) / log.Distinct;
        _figures["folder_bytes"] = (double)FolderBytes(folder, "") / log.Distinct;
        Wrong += AnswerCheck.CountWrong(candidate, plan.Model);
        Console.WriteLine($"   answers checked: {2 * plan.Model.Users.Count}, wrong: {Wrong}");
        if (phases.HasFlag(Phases.Reads))
        {
            ReadResult zipf = Read(candidate, "read_zipf", plan.Zipf, ReadShape.AllTypes);
            Read(candidate, "read_uniform", plan.Uniform, ReadShape.AllTypes);
            Read(candidate, "read_one", plan.Zipf, ReadShape.OneType);
            _figures["allocated"] = zipf.AllocatedBytes;
        }

        Console.WriteLine($"   {candidate.Describe()}");
    }

    private void InFolder(Phases phase, bool synced, Action<ICandidate, string> run)
    {
        if (!phases.HasFlag(phase))
        {
            return;
        }

        string folder = newFolder();
        try
        {
            using ICandidate candidate = Peers.Open(name, folder, synced);
            if (Settings.Length == 0)
            {
                Console.WriteLine($"-- {candidate.Name}");
                Settings = candidate.Settings;
            }

            run(candidate, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Ingest(ICandidate candidate)
    {
        ProcessUse use = ProcessUse.Start();
        PhaseClock clock = PhaseClock.Start();
        candidate.Ingest(log, producers: 1);
        Record("ingest");
        candidate.FlushAndCompact();
        Record("settled");
        if (double.IsFinite(use.Written()))
        {
            _figures["write_amplification"] = use.Written() / ((double)log.Count * Ceilings.EventBytes);
        }

        void Record(string key)
        {
            _figures[key] = log.Count / clock.Elapsed.TotalSeconds / 1e6;
            _figures[key + "_cpu"] = clock.Processor.TotalMicroseconds / log.Count;
            Console.WriteLine($"   {key}: {clock.Elapsed.TotalSeconds:F2} s, processor {clock.Processor.TotalSeconds:F2} s");
        }
    }

    private ReadResult Read(ICandidate candidate, string key, uint[] users, ReadShape shape)
    {
        ReadResult result = ReadPhase.Run(candidate, users, shape);
        _figures[key] = result.PerSecond / 1e3;
        _figures[key + "_cpu"] = result.Processor;
        _figures[key + "_p50"] = result.P50;
        _figures[key + "_p99"] = result.P99;
        _figures[key + "_p999"] = result.P999;
        Console.WriteLine($"   {key}: {result.PerSecond:N0} reads/s, {result.Rows:F1} rows a read");
        return result;
    }

    private static long FolderBytes(string folder, string end) => new DirectoryInfo(folder)
        .EnumerateFiles("*", SearchOption.AllDirectories)
        .Where(file => file.Name.EndsWith(end, StringComparison.Ordinal))
        .Sum(file => file.Length);
}
