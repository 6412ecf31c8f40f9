namespace Signals.Bench.Compare;

/// <summary>What a comparison measures; by name in the option.</summary>
[Flags]
internal enum Phases
{
    /// <summary>One producer, then flushed and compacted; answers are checked.</summary>
    Ingest = 1,

    /// <summary>Warm reads of what was taken in, so this includes <see cref="Ingest"/>.</summary>
    Reads = 2 | Ingest,

    /// <summary>Four producers.</summary>
    Producers = 4,

    /// <summary>Ingest while another thread reads.</summary>
    Mixed = 8,

    /// <summary>Batches that are durable before the next one.</summary>
    Synced = 16,

    /// <summary>Ingest in a process that is killed, and recovery.</summary>
    Recovery = 32,

    /// <summary>Every phase.</summary>
    All = Reads | Producers | Mixed | Synced | Recovery,
}
