namespace Signals.Core.Enrichment;

/// <summary>Where a step runs, which decides what its signature may ask of a schema.</summary>
public enum EnrichmentPlacement
{
    /// <summary>When a sequence is served: outputs are not stored, so the schema need not have them.</summary>
    Serving = 0,

    /// <summary>When the event is indexed: inputs have to arrive with the event, outputs are enrichment columns of the schema.</summary>
    Indexing = 1,

    /// <summary>In an offline job: inputs may be enrichments already stored, outputs are enrichment columns of the schema.</summary>
    Offline = 2,
}
