using Signals.Bench.Candidates;
using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>
/// Some phases of one candidate in one run. Each begins with an empty folder, which is deleted at its end. Used by one thread.
/// </summary>
internal sealed class Round(string name, EventLog log, ReadPlan plan, Phases phases, CompareOptions options)
{
    private const int SyncedShare = 10;

    private readonly FigureSet _figures = new();
    private string _settings = "";
    private int _wrong;

    /// <exception cref="PeerMissingException">The candidate is not available on this machine.</exception>
    public RoundResult Run()
    {
        if (phases.HasFlag(Phases.Ingest))
        {
            bool enriches = phases.HasFlag(Phases.Enrich) && log.Options.Kind != WorkloadKind.Dense;
            EnrichmentRows? rows = enriches ? new EnrichmentRows(log) : null;
            InFolder(synced: false, (candidate, folder) => IngestAndRead(candidate, folder, rows));
        }

        RunOtherPhases();
        if (phases.HasFlag(Phases.Requests))
        {
            RunRequests("requests", synced: false, options.Reads);
        }

        if (phases.HasFlag(Phases.SyncedRequests))
        {
            RunRequests("requests_synced", synced: true, Math.Max(1, options.Reads / SyncedShare));
        }

        if (phases.HasFlag(Phases.Recovery))
        {
            _wrong += new RecoveryPhase(name, log, NewFolder).Run(_figures);
        }

        return new RoundResult(_figures.Measured.ToDictionary(), _settings, _wrong, Missing: null);
    }

    private void RunOtherPhases()
    {
        if (phases.HasFlag(Phases.Producers))
        {
            InFolder(synced: false, (candidate, _) => IngestByMany(candidate));
        }

        if (phases.HasFlag(Phases.Mixed))
        {
            InFolder(synced: false, (candidate, _) =>
            {
                if (candidate.ReadsWhileIngesting)
                {
                    MixedPhase.Run(candidate, log, plan.Zipf, _figures);
                }
            });
        }

        if (phases.HasFlag(Phases.Synced))
        {
            InFolder(synced: true, (candidate, _) =>
            {
                if (candidate.CanSync)
                {
                    SyncedPhase.Run(candidate, log, _figures);
                }
            });
        }

        if (phases.HasFlag(Phases.Late))
        {
            LatePhase late = new(log, plan);
            InFolder(synced: false, (candidate, _) => _wrong += late.Run(candidate, _figures));
        }
    }

    private void RunRequests(string key, bool synced, int requests)
    {
        RequestsPhase phase = new(new RequestPlan(log, requests));
        InFolder(synced, (candidate, _) => _wrong += phase.Run(candidate, key, _figures));
    }

    private void IngestAndRead(ICandidate candidate, string folder, EnrichmentRows? rows)
    {
        Ingest(candidate);
        _figures["data_bytes"] = (double)FolderBytes(folder, candidate.DataFileEnd) / log.Distinct;
        _figures["folder_bytes"] = (double)FolderBytes(folder, "") / log.Distinct;
        _wrong += AnswerCheck.CountWrong(candidate, plan.Model);
        Console.WriteLine($"   answers checked: {2 * plan.Model.Users.Count}, wrong: {_wrong}");
        if (phases.HasFlag(Phases.Reads))
        {
            if (plan.Zipf.Length > 0)
            {
                _figures.AddReads("read_first", ReadPhase.RunFirst(candidate, plan.Zipf, ReadShape.OneType));
            }
            else
            {
                _figures.AddReads("read_uniform_first", ReadPhase.RunFirst(candidate, plan.Uniform, ReadShape.AllTypes));
            }

            Read(candidate, "read_zipf", plan.Zipf, ReadShape.AllTypes);
            Read(candidate, "read_uniform", plan.Uniform, ReadShape.AllTypes);
            Read(candidate, "read_one", plan.Zipf, ReadShape.OneType);
        }

        if (rows is not null && candidate.TakesVectors)
        {
            _wrong += EnrichPhase.Run(candidate, rows, plan, _figures);
        }

        Console.WriteLine($"   {candidate.Describe()}");
    }

    private void InFolder(bool synced, Action<ICandidate, string> run)
    {
        string folder = NewFolder();
        try
        {
            _figures.StartMemory();
            using ICandidate candidate = Peers.Open(name, new StoreSetup(folder, log.Options.Kind, synced));
            if (_settings.Length == 0)
            {
                Console.WriteLine($"-- {candidate.Name}");
                _settings = candidate.Settings;
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
        Record("ingest", clock);
        candidate.FlushAndCompact();
        Record("settled", clock);
        _figures["write_amplification"] = use.Written() / ((double)log.Count * log.EventBytes);
    }

    private void IngestByMany(ICandidate candidate)
    {
        if (candidate.TakesManyProducers)
        {
            PhaseClock clock = PhaseClock.Start();
            candidate.Ingest(log, producers: 4);
            Record("ingest_4", clock);
        }
    }

    private void Record(string key, PhaseClock clock)
    {
        TimeSpan elapsed = clock.Elapsed;
        _figures[key] = log.Count / elapsed.TotalSeconds / 1e6;
        _figures.AddUse(key, clock, log.Count);
        Console.WriteLine($"   {key}: {elapsed.TotalSeconds:F2} s, processor {clock.Processor.TotalSeconds:F2} s");
    }

    private void Read(ICandidate candidate, string key, ulong[] users, ReadShape shape)
    {
        if (users.Length > 0)
        {
            _figures.AddReads(key, ReadPhase.Run(candidate, users, shape));
        }
    }

    private string NewFolder()
    {
        string folder = Path.Combine(options.Path, $"signals-bench-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    private static long FolderBytes(string folder, string end) => new DirectoryInfo(folder)
        .EnumerateFiles("*", SearchOption.AllDirectories)
        .Where(file => file.Name.EndsWith(end, StringComparison.Ordinal))
        .Sum(file => file.Length);
}
