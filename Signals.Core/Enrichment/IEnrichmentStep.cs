namespace Signals.Core.Enrichment;

/// <summary>
/// What enrichers and filters have in common: a signature, and a promise. Given the same event (identity and inputs), the same version
/// and the same tables or services behind it, a step gives the same result: it looks at neither the clock nor the rows beside a row, nor
/// at what it was asked before. On that promise rests that a value is the same whether it is computed when the event is indexed, by an
/// offline job, or when the sequence is served; change the version where the result changes.
/// </summary>
/// <remarks>Thread contract: a step is called from several threads at once, each with a batch of its own.</remarks>
public interface IEnrichmentStep
{
    /// <summary>Name, version, event types, inputs and outputs. Always the same object.</summary>
    EnrichmentSignature Signature { get; }
}
