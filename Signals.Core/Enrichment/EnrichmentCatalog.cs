using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Signals.Core.Enrichment;

namespace Signals.Enrichment;

/// <summary>
/// Enrichers and filters by name. Definitions and jobs refer to them by these names. Immutable and safe to share.
/// </summary>
public sealed class EnrichmentCatalog
{
    private readonly FrozenDictionary<string, IEnrichmentStep> _byName;

    /// <summary>Creates a catalog of these steps in this order.</summary>
    /// <exception cref="EnrichmentMismatchException">
    /// Two steps have the same name, or a step is neither an enricher nor a filter. The exception lists every error.
    /// </exception>
    public EnrichmentCatalog(params IEnumerable<IEnrichmentStep> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        IEnrichmentStep[] all = [.. steps];
        List<string> errors = [];
        Dictionary<string, IEnrichmentStep> byName = new(StringComparer.Ordinal);
        foreach (IEnrichmentStep step in all)
        {
            ArgumentNullException.ThrowIfNull(step, nameof(steps));
            if (!byName.TryAdd(step.Signature.Name, step))
            {
                errors.Add($"{step.Signature.Name}: two steps have this name.");
            }

            if (step is not (IEnricher or IRemoteEnricher or IEventFilter))
            {
                errors.Add($"{step.Signature.Name}: {step.GetType().Name} is neither an enricher nor a filter.");
            }
        }

        Require(errors);
        Steps = Array.AsReadOnly(all);
        _byName = byName.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The steps, in the order given.</summary>
    public IReadOnlyList<IEnrichmentStep> Steps { get; }

    /// <summary>Finds a step by the name in its signature.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out IEnrichmentStep? step) => _byName.TryGetValue(name, out step);

    /// <summary>
    /// Checks that every step can run with a schema, and that no two enrichers fill the same column of an event type.
    /// </summary>
    /// <exception cref="EnrichmentMismatchException">A check failed. The exception lists every error.</exception>
    public void Validate(StoreSchema schema, StepPhase phase)
    {
        ArgumentNullException.ThrowIfNull(schema);
        List<string> errors = [];
        Dictionary<(string, string), string> filledBy = [];
        foreach (EnrichmentSignature signature in Steps.Select(step => step.Signature))
        {
            errors.AddRange(signature.Check(schema, phase));
            foreach (string type in signature.EventTypes)
            {
                foreach (SignatureColumn output in signature.Outputs)
                {
                    if (!filledBy.TryAdd((type, output.Name), signature.Name))
                    {
                        errors.Add($"{signature.Name}: '{type}.{output.Name}' is already filled by {filledBy[(type, output.Name)]}.");
                    }
                }
            }
        }

        Require(errors);
    }

    private static void Require(List<string> errors)
    {
        if (errors.Count > 0)
        {
            throw new EnrichmentMismatchException(errors);
        }
    }
}
