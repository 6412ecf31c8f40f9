namespace Signals.Enrichment;

/// <summary>
/// What enrichers and filters have in common: a signature, and a promise. For the same event (identity and inputs), the same
/// version, and the same tables or services behind it, a step gives the same result. It depends neither on the clock, nor on
/// other rows of the batch, nor on earlier calls. Because of this promise a value is the same whether it is computed when the
/// event is indexed, by an offline job, or when the sequence is served. Increase the version whenever the result changes.
/// </summary>
/// <remarks>Thread contract: several threads call a step at once, each with a batch of its own.</remarks>
public interface IEnrichmentStep
{
    /// <summary>The name, version, event types, inputs and outputs. Always the same object.</summary>
    EnrichmentSignature Signature { get; }
}
