namespace Signals.Enrichment;

/// <summary>Where a step runs. This decides what its signature may ask of a schema.</summary>
public enum StepPhase
{
    /// <summary>The step runs when a sequence is served. Its outputs are not stored, so the schema need not have them.</summary>
    Serving = 0,

    /// <summary>
    /// The step runs when the event is indexed. Its inputs must arrive with the event; its outputs are enrichment columns of the
    /// schema.
    /// </summary>
    Indexing = 1,

    /// <summary>
    /// The step runs in an offline job. Its inputs may be enrichments that are stored already; its outputs are enrichment columns
    /// of the schema.
    /// </summary>
    Offline = 2,
}
