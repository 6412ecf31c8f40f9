namespace Signals.Bench.Compare;

/// <summary>What a comparison measures. The option uses these names.</summary>
[Flags]
internal enum Phases
{
    /// <summary>One producer, followed by a flush and a compaction. Answers are checked.</summary>
    Ingest = 1,

    /// <summary>Warm reads of the ingested events, so this includes <see cref="Ingest"/>.</summary>
    Reads = 2 | Ingest,

    /// <summary>Four producers.</summary>
    Producers = 4,

    /// <summary>Ingest while another thread reads.</summary>
    Mixed = 8,

    /// <summary>Batches, each of which is durable before the next one.</summary>
    Synced = 16,

    /// <summary>Ingest in a process that is killed, followed by recovery.</summary>
    Recovery = 32,

    /// <summary>Reads of users whose newest event is late, straight after ingest.</summary>
    Late = 64,

    /// <summary>A vector for each ingested event, so this includes <see cref="Ingest"/>.</summary>
    Enrich = 128 | Ingest,

    /// <summary>Many callers that append, wait for the acknowledgement, and read.</summary>
    Requests = 256,

    /// <summary>The same with acknowledgements that survive a power cut.</summary>
    SyncedRequests = 512,

    /// <summary>Every phase.</summary>
    All = Reads | Producers | Mixed | Synced | Recovery | Late | Enrich | Requests | SyncedRequests,
}
