using System.Globalization;

namespace Signals.Bench.Clusters;

/// <summary>
/// What the simulation of a cluster takes as given. Times are in seconds, rates are a second. Immutable.
/// </summary>
internal sealed record SimulationInputs
{
    private const int MinRacks = 4;

    public int PartitionsPerSilo { get; init; } = 8;

    public int Standbys { get; init; } = 1;

    /// <summary>Machines in a rack; there are at least four racks.</summary>
    public int RackSilos { get; init; } = 16;

    public int Seed { get; init; } = 1;

    public double StoreBytes { get; init; } = 4.0 * (1L << 30);

    /// <summary>Events of one partition.</summary>
    public double EventsPerSecond { get; init; } = 2_000;

    /// <summary>Events that one machine takes from the log, all its stores together.</summary>
    public double ReplayPerSecond { get; init; } = 300_000;

    /// <summary>Bytes that one machine restores.</summary>
    public double RestoreBytesPerSecond { get; init; } = 600.0 * (1 << 20);

    /// <summary>Bytes that shared storage gives to all machines together.</summary>
    public double StorageBytesPerSecond { get; init; } = 4.0 * (1L << 30);

    /// <summary>Bytes that one machine uploads for one partition.</summary>
    public double UploadBytesPerSecond { get; init; } = 300.0 * (1 << 20);

    /// <summary>Opening a store whose files are there.</summary>
    public double OpenSeconds { get; init; } = 2;

    /// <summary>Stores that a machine opens at the same time.</summary>
    public int Openings { get; init; } = 2;

    public double CheckpointSeconds { get; init; } = 300;

    /// <summary>From the end of a process until its partitions are owned elsewhere: at least.</summary>
    public double FailoverLeastSeconds { get; init; } = 1.6;

    /// <summary>The same, at most.</summary>
    public double FailoverMostSeconds { get; init; } = 2.0;

    /// <summary>From the end of a process until it is back, with its folders.</summary>
    public double RestartSeconds { get; init; } = 30;

    /// <summary>From the loss of a machine until another one takes its name, with an empty disk.</summary>
    public double ReplaceSeconds { get; init; } = 600;

    /// <summary>Days after which the process of a silo ends without a word, on average.</summary>
    public double ProcessFailureDays { get; init; } = 30;

    /// <summary>Days after which a machine is lost with its disk, on average.</summary>
    public double MachineLossDays { get; init; } = 365;

    /// <summary>Days after which a rack loses its power, on average.</summary>
    public double RackFailureDays { get; init; } = 365;

    /// <summary>How long the scenario of many days lasts.</summary>
    public double Days { get; init; } = 30;

    /// <summary>
    /// A machine goes on with the folder that it finds when the checkpoint is at most this many events further, and reads them from the
    /// log; 0 for the checkpoint whenever it is further.
    /// </summary>
    public double MaxReplay { get; init; } = 10_000_000;

    /// <summary>
    /// Not what the product does: how long the others wait for a machine that is gone before they open replicas in its place.
    /// </summary>
    public double PatienceSeconds { get; init; }

    /// <summary>To how many racks so many machines are dealt in turn.</summary>
    public int RacksOf(int silos) => Math.Max(MinRacks, (silos + RackSilos - 1) / RackSilos);

    /// <exception cref="FormatException">A machine could never catch up, or a number is out of range.</exception>
    public SimulationInputs Validate()
    {
        if (PartitionsPerSilo < 1 || RackSilos < 1 || Openings < 1 || Standbys < 0)
        {
            throw new FormatException("Partitions, racks and openings must be at least 1, standbys at least 0.");
        }

        double[] rates =
        [
            StoreBytes, EventsPerSecond, ReplayPerSecond, RestoreBytesPerSecond, StorageBytesPerSecond, UploadBytesPerSecond, OpenSeconds,
            CheckpointSeconds, ProcessFailureDays, MachineLossDays, RackFailureDays, Days,
        ];
        if (rates.Any(rate => rate <= 0))
        {
            throw new FormatException("Sizes, rates and times must be above 0.");
        }

        if (FailoverMostSeconds < FailoverLeastSeconds)
        {
            throw new FormatException("The longest failover must not be shorter than the shortest.");
        }

        double live = EventsPerSecond * PartitionsPerSilo * (1 + Standbys);
        return ReplayPerSecond >= 2 * live ? this : throw new FormatException(string.Create(
            CultureInfo.InvariantCulture,
            $"A silo takes {live:N0} events/s when all is well. It must take twice as many, so that it catches up, and --replay says "
            + $"{ReplayPerSecond:N0}. Give it fewer partitions or a greater rate."));
    }
}
