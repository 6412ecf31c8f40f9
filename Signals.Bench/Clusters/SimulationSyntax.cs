using System.CommandLine;

namespace Signals.Bench.Clusters;

/// <summary>The options of the command that simulates a cluster, one for each input. Pure.</summary>
internal static class SimulationSyntax
{
    private const double Mib = 1L << 20;

    /// <summary>Adds the options to a command, and returns how the inputs are read from a line.</summary>
    public static Func<ParseResult, SimulationInputs> AddTo(BenchCommand command, SimulationInputs otherwise)
    {
        List<Func<ParseResult, SimulationInputs, SimulationInputs>> steps = [];

        Whole("--seed", i => i.Seed, (i, v) => i with { Seed = v }, "Of everything that is random.");
        Whole("--partitions-per-silo", i => i.PartitionsPerSilo, (i, v) => i with { PartitionsPerSilo = v }, "Partitions of a silo.");
        Real("--standbys", i => i.Standbys, (i, v) => i with { Standbys = (int)v }, "Replicas beside the owner.", "N");
        Whole("--rack-silos", i => i.RackSilos, (i, v) => i with { RackSilos = v }, "Silos of a rack.");
        Real("--store-mib", i => i.StoreBytes / Mib, (i, v) => i with { StoreBytes = v * Mib }, "The size of a store.", "MIB");
        Real("--events", i => i.EventsPerSecond, (i, v) => i with { EventsPerSecond = v }, "Events a second of a partition.", "N");
        Real("--replay", i => i.ReplayPerSecond, (i, v) => i with { ReplayPerSecond = v }, "Events a second that a store replays.", "N");
        Real("--restore-mib", i => i.RestoreBytesPerSecond / Mib, (i, v) => i with { RestoreBytesPerSecond = v * Mib },
            "What a silo fetches a second.", "MIB");
        Real("--storage-mib", i => i.StorageBytesPerSecond / Mib, (i, v) => i with { StorageBytesPerSecond = v * Mib },
            "What the shared storage moves a second.", "MIB");
        Real("--upload-mib", i => i.UploadBytesPerSecond / Mib, (i, v) => i with { UploadBytesPerSecond = v * Mib },
            "What a silo uploads a second.", "MIB");
        Real("--open-seconds", i => i.OpenSeconds, (i, v) => i with { OpenSeconds = v }, "How long a store takes to open.");
        Whole("--openings", i => i.Openings, (i, v) => i with { Openings = v }, "How many stores a silo opens at once.");
        Real("--checkpoint-seconds", i => i.CheckpointSeconds, (i, v) => i with { CheckpointSeconds = v },
            "From one checkpoint to the next.");
        Real("--failover-least", i => i.FailoverLeastSeconds, (i, v) => i with { FailoverLeastSeconds = v }, "The shortest failover.");
        Real("--failover-most", i => i.FailoverMostSeconds, (i, v) => i with { FailoverMostSeconds = v }, "The longest failover.");
        Real("--restart-seconds", i => i.RestartSeconds, (i, v) => i with { RestartSeconds = v }, "Until a process is back.");
        Real("--replace-seconds", i => i.ReplaceSeconds, (i, v) => i with { ReplaceSeconds = v }, "Until a machine is replaced.");
        Real("--process-days", i => i.ProcessFailureDays, (i, v) => i with { ProcessFailureDays = v }, "Between failures of a process.",
            "DAYS");
        Real("--machine-days", i => i.MachineLossDays, (i, v) => i with { MachineLossDays = v }, "Between losses of a machine.", "DAYS");
        Real("--rack-days", i => i.RackFailureDays, (i, v) => i with { RackFailureDays = v }, "Between failures of a rack.", "DAYS");
        Real("--days", i => i.Days, (i, v) => i with { Days = v }, "How long the failures go on.", "DAYS");
        Real("--max-replay", i => i.MaxReplay, (i, v) => i with { MaxReplay = v }, "The most events that a folder is kept for.", "N");
        Real("--patience-seconds", i => i.PatienceSeconds, (i, v) => i with { PatienceSeconds = v },
            "How long placement waits for a silo that left.");
        return line => steps.Aggregate(otherwise, (inputs, step) => step(line, inputs));

        void Whole(string name, Func<SimulationInputs, int> get, Func<SimulationInputs, int, SimulationInputs> with, string help)
        {
            Option<int> option = command.Number(name, get(otherwise), help);
            steps.Add((line, inputs) => with(inputs, line.GetValue(option)));
        }

        void Real(
            string name, Func<SimulationInputs, double> get, Func<SimulationInputs, double, SimulationInputs> with, string help,
            string unit = "SECONDS")
        {
            Option<double> option = command.Real(name, get(otherwise), help, unit);
            steps.Add((line, inputs) => with(inputs, line.GetValue(option)));
        }
    }
}
