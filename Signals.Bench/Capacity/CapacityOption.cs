namespace Signals.Bench.Capacity;

/// <summary>One input of the capacity model: its option, its unit, where its default is from. Immutable.</summary>
/// <param name="Name">The option.</param>
/// <param name="Unit">The unit of the value.</param>
/// <param name="Meaning">What it is.</param>
/// <param name="Source">The command that measured the default, or "yours" where only the user knows the value.</param>
/// <param name="Get">Reads it.</param>
/// <param name="With">Replaces it.</param>
internal sealed record CapacityOption(
    string Name, string Unit, string Meaning, string Source,
    Func<CapacityInputs, double> Get, Func<CapacityInputs, double, CapacityInputs> With)
{
    private const string Yours = "yours";
    private const string Compare = "compare --events 3000000 --runs 3 --reads 100000 --peer rocksdb,faster";

    /// <summary>Every option, in the order in which they are printed.</summary>
    public static readonly IReadOnlyList<CapacityOption> All =
    [
        new("--events-per-user-day", "events", "events of a user and day", Yours,
            i => i.EventsPerUserDay, (i, v) => i with { EventsPerUserDay = v }),
        new("--days", "days", "how long events are kept", Yours, i => i.DaysKept, (i, v) => i with { DaysKept = v }),
        new("--bytes", "B/event", "tables on disk; with a vector add its bytes", Compare,
            i => i.BytesPerEvent, (i, v) => i with { BytesPerEvent = v }),
        new("--peak", "x", "greatest rate over the mean of a day", Yours, i => i.Peak, (i, v) => i with { Peak = v }),
        new("--reads-per-user-day", "reads", "reads of a user and day", Yours,
            i => i.ReadsPerUserDay, (i, v) => i with { ReadsPerUserDay = v }),
        new("--read-us", "us", "processor time of a read, last 100 of 3 types", Compare,
            i => i.ReadMicroseconds, (i, v) => i with { ReadMicroseconds = v }),
        new("--ingest-us", "us/event", "processor time until compacted, one store", Compare,
            i => i.IngestMicroseconds, (i, v) => i with { IngestMicroseconds = v }),
        new("--consume-us", "us/event", "processor time of fetching and decoding, one store", "assumed; measure your decoder",
            i => i.ConsumeMicroseconds, (i, v) => i with { ConsumeMicroseconds = v }),
        new("--partitions", "partitions", "0 lets the model choose", Yours, i => i.Partitions, (i, v) => i with { Partitions = v }),
        new("--standbys", "replicas", "replicas beside the owner", Yours, i => i.Standbys, (i, v) => i with { Standbys = v }),
        new("--store-gib", "GiB", "greatest store when the model chooses", Yours, i => i.StoreGib, (i, v) => i with { StoreGib = v }),
        new("--store-memory-mib", "MiB", "memory of a store", Yours, i => i.StoreMemoryMib, (i, v) => i with { StoreMemoryMib = v }),
        new("--store-log-mib", "MiB", "room for the logs of a store", "docs/guide.md",
            i => i.StoreLogMib, (i, v) => i with { StoreLogMib = v }),
        new("--disk-factor", "x", "room on disk over tables", "docs/guide.md", i => i.DiskFactor, (i, v) => i with { DiskFactor = v }),
        new("--cores", "cores", "of a machine", Yours, i => i.Cores, (i, v) => i with { Cores = v }),
        new("--memory-gib", "GiB", "of a machine", Yours, i => i.MemoryGib, (i, v) => i with { MemoryGib = v }),
        new("--disk-gib", "GiB", "of a machine", Yours, i => i.DiskGib, (i, v) => i with { DiskGib = v }),
        new("--network-mib", "MiB/s", "of a machine", Yours, i => i.NetworkMibPerSecond, (i, v) => i with { NetworkMibPerSecond = v }),
        new("--share", "0..1", "share of a machine that is planned for at the peak", Yours, i => i.Share, (i, v) => i with { Share = v }),
        new("--spare", "machines", "machines that may be gone at the peak", Yours,
            i => i.SpareMachines, (i, v) => i with { SpareMachines = v }),
        new("--checkpoint-minutes", "minutes", "from one upload to the next", "default of the library",
            i => i.CheckpointMinutes, (i, v) => i with { CheckpointMinutes = v }),
        new("--table-writes", "x", "bytes that flushes and merges write over bytes flushed", "docs/benchmarks.md, bytes written",
            i => i.TableWrites, (i, v) => i with { TableWrites = v }),
        new("--store-log-bytes", "B/event", "in the store's own log", "docs/benchmarks.md, a plain event",
            i => i.StoreLogBytesPerEvent, (i, v) => i with { StoreLogBytesPerEvent = v }),
        new("--part-mib", "MiB", "parts of an upload", "default of the library", i => i.PartMib, (i, v) => i with { PartMib = v }),
        new("--grace-days", "days", "how long replaced parts are kept", "default of the library",
            i => i.GraceDays, (i, v) => i with { GraceDays = v }),
        new("--replay", "events/s", "one store, from the log", "assumed; measure your decoder",
            i => i.ReplayPerSecond, (i, v) => i with { ReplayPerSecond = v }),
        new("--restore-mib", "MiB/s", "one machine, from a checkpoint, at most its network", "checkpoint --mib 1024",
            i => i.RestoreMibPerSecond, (i, v) => i with { RestoreMibPerSecond = v }),
        new("--upload-mib", "MiB/s", "one machine, to a checkpoint, at most its network", "checkpoint --mib 1024",
            i => i.UploadMibPerSecond, (i, v) => i with { UploadMibPerSecond = v }),
        new("--open-seconds", "s", "opening a store after a kill", Compare, i => i.OpenSeconds, (i, v) => i with { OpenSeconds = v }),
        new("--replay-goal-seconds", "s", "replay that the checkpoint interval is to bound", Yours,
            i => i.ReplayGoalSeconds, (i, v) => i with { ReplayGoalSeconds = v }),
        new("--log-bytes", "B/event", "in the topic", "assumed; look at your topic",
            i => i.LogBytesPerEvent, (i, v) => i with { LogBytesPerEvent = v }),
        new("--log-replicas", "copies", "of the topic", Yours, i => i.LogReplicas, (i, v) => i with { LogReplicas = v }),
        new("--log-hours", "hours", "retention of the topic", Yours, i => i.LogHours, (i, v) => i with { LogHours = v }),
    ];
}
