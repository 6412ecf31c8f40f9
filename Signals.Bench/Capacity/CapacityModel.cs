namespace Signals.Bench.Capacity;

/// <summary>
/// The arithmetic of a cluster's size. Each figure is a product of inputs, so that a reader can check it. Pure; any thread.
/// </summary>
internal static class CapacityModel
{
    public const double DayHours = 24;
    public const double MonthDays = 365.25 / 12;

    private const double Gib = 1L << 30;
    private const double Mib = 1L << 20;
    private const double DaySeconds = DayHours * 3600;
    private const int MinPartitionsPerMachine = 4;

    // The tail of the log, the store's manifest, the manifest of the checkpoint, CURRENT.
    private const double CallsPerUpload = 4;

    /// <param name="inputs">The inputs.</param>
    /// <param name="users">How many users there are.</param>
    /// <exception cref="FormatException">The inputs contradict each other.</exception>
    public static CapacityPlan Plan(CapacityInputs inputs, double users)
    {
        Require(inputs);
        double rate = users * inputs.EventsPerUserDay / DaySeconds;
        double peak = rate * inputs.Peak;
        double reads = users * inputs.ReadsPerUserDay / DaySeconds * inputs.Peak;
        double tables = users * inputs.EventsPerUserDay * inputs.DaysKept * inputs.BytesPerEvent;
        double copies = 1 + inputs.Standbys;

        double perEvent = copies * (inputs.IngestMicroseconds + inputs.ConsumeMicroseconds);
        double cores = ((peak * perEvent) + (reads * inputs.ReadMicroseconds)) / 1e6;
        double fetched = peak * inputs.LogBytesPerEvent * copies;
        (string Name, double Machines)[] needs =
        [
            ("cores", cores / (inputs.Cores * inputs.Share)),
            ("disk", tables * copies * inputs.DiskFactor / (inputs.DiskGib * Gib * inputs.Share)),
            ("network", fetched / (inputs.NetworkMibPerSecond * Mib * inputs.Share)),
        ];
        int partitions = inputs.Partitions > 0
            ? (int)inputs.Partitions
            : ChoosePartitions(inputs, tables, peak, needs.Max(need => need.Machines));

        double memory = partitions * copies * inputs.StoreMemoryMib * Mib;
        double disk = (tables * copies * inputs.DiskFactor) + (partitions * copies * inputs.StoreLogMib * Mib);
        (string Name, double Machines)[] all =
        [
            needs[0], needs[2],
            ("disk", disk / (inputs.DiskGib * Gib * inputs.Share)),
            ("memory", memory / (inputs.MemoryGib * Gib * inputs.Share)),
            ("replicas", copies),
        ];
        (string bound, double least) = all.MaxBy(need => need.Machines);
        int machines = (int)(Math.Ceiling(least) + inputs.SpareMachines);
        double stores = partitions * copies / machines;

        double perStore = peak / partitions;
        double replay = ReplaySeconds(perStore, inputs.CheckpointMinutes * 60, inputs.ReplayPerSecond);
        double storeTransfer = tables / partitions / (Math.Min(inputs.RestoreMibPerSecond, inputs.NetworkMibPerSecond) * Mib);
        double uploads = DaySeconds / (inputs.CheckpointMinutes * 60) * partitions;
        double uploaded = UploadBytesPerDay(inputs, rate, uploads);
        return new CapacityPlan
        {
            Users = users,
            EventsPerSecond = rate,
            PeakEventsPerSecond = peak,
            PeakReadsPerSecond = reads,
            Partitions = partitions,
            Machines = machines,
            Bound = bound,
            StoresPerMachine = stores,
            TableBytes = tables,
            DiskBytesPerMachine = disk / machines,
            MemoryBytesPerMachine = memory / machines,
            BusyCoresPerMachine = cores / machines,
            ReplaySeconds = replay,
            RestoreStoreSeconds = RestoreSeconds(inputs, perStore, storeTransfer, 1),
            RestoreMachineSeconds = RestoreSeconds(inputs, perStore, storeTransfer, stores),
            FirstUploadSeconds = tables / partitions / (Math.Min(inputs.UploadMibPerSecond, inputs.NetworkMibPerSecond) * Mib),
            UploadBytesPerDay = uploaded,
            UploadCallsPerDay = (uploads * CallsPerUpload) + (uploaded / (inputs.PartMib * Mib)),
            StoredBytes = tables + (uploaded * inputs.GraceDays),
            IntervalMinutes = LongestInterval(perStore, inputs.ReplayGoalSeconds, inputs.ReplayPerSecond) / 60,
            LogBytes = rate * inputs.LogBytesPerEvent * inputs.LogReplicas * inputs.LogHours * 3600,
            FetchedBytesPerMonth = rate * inputs.LogBytesPerEvent * copies * MonthDays * DaySeconds,
        };
    }

    /// <summary>
    /// How long a store replays that is <paramref name="behindSeconds"/> behind, while events go on to come in. Infinity when they come
    /// in as fast as it replays.
    /// </summary>
    public static double ReplaySeconds(double eventsPerSecond, double behindSeconds, double replayPerSecond) =>
        replayPerSecond > eventsPerSecond ? eventsPerSecond * behindSeconds / (replayPerSecond - eventsPerSecond) : double.PositiveInfinity;

    /// <summary>How far behind a store may be so that <see cref="ReplaySeconds"/> is the goal; the inverse of it.</summary>
    public static double LongestInterval(double eventsPerSecond, double goalSeconds, double replayPerSecond) =>
        Math.Max(0, goalSeconds * (replayPerSecond - eventsPerSecond) / eventsPerSecond);

    // The parts of tables are sent once. So is the log, but the part that is not full yet goes again with each upload; it is half full
    // on average.
    private static double UploadBytesPerDay(CapacityInputs inputs, double rate, double uploads) =>
        (rate * DaySeconds * ((inputs.BytesPerEvent * inputs.TableWrites) + inputs.StoreLogBytesPerEvent))
        + (uploads * Math.Min(inputs.PartMib * Mib / 2, rate * DaySeconds * inputs.StoreLogBytesPerEvent / uploads));

    /// <summary>
    /// The stores of a machine share its disk and its cores: they are fetched and opened one after the other, then replay together what
    /// came since their checkpoints.
    /// </summary>
    private static double RestoreSeconds(CapacityInputs inputs, double eventsPerStore, double transferSeconds, double stores)
    {
        double fetched = stores * (transferSeconds + inputs.OpenSeconds);
        double byCores = inputs.Cores * 1e6 / (inputs.IngestMicroseconds + inputs.ConsumeMicroseconds);
        double replayRate = Math.Min(stores * inputs.ReplayPerSecond, byCores);
        return fetched + ReplaySeconds(eventsPerStore * stores, (inputs.CheckpointMinutes * 60) + fetched, replayRate);
    }

    // A power of two, because the number can never change: stores that are small enough to be fetched, that replay three times as fast as
    // events come in at the peak, and a few for each machine, so that the share of a lost machine spreads over the others.
    private static int ChoosePartitions(CapacityInputs inputs, double tables, double peak, double machines)
    {
        double copies = 1 + inputs.Standbys;
        double least = new[]
        {
            tables / (inputs.StoreGib * Gib),
            3 * peak / inputs.ReplayPerSecond,
            MinPartitionsPerMachine * (Math.Ceiling(Math.Max(machines, copies)) + inputs.SpareMachines) / copies,
            1,
        }.Max();
        return least <= 1 << 30
            ? 1 << (int)Math.Ceiling(Math.Log2(least))
            : throw new FormatException("So many users need more than 2^30 partitions; give stores more room with --store-gib.");
    }

    private static void Require(CapacityInputs inputs)
    {
        string[] zero = [.. CapacityOption.All
            .Where(option => option.Name is not ("--partitions" or "--standbys" or "--spare" or "--reads-per-user-day" or "--grace-days"))
            .Where(option => option.Get(inputs) <= 0)
            .Select(option => option.Name)];
        if (zero.Length > 0)
        {
            throw new FormatException($"{string.Join(", ", zero)} must be above 0.");
        }

        if (inputs.Share > 1)
        {
            throw new FormatException("--share is a share: above 0 and at most 1.");
        }

        string[] broken = [.. CapacityOption.All
            .Where(option => option.Name is "--partitions" or "--standbys" or "--spare")
            .Where(option => !double.IsInteger(option.Get(inputs)))
            .Select(option => option.Name)];
        if (broken.Length > 0)
        {
            throw new FormatException($"{string.Join(", ", broken)} must be whole numbers.");
        }
    }
}
