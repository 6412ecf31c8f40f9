namespace Signals.Enrichment;

/// <summary>
/// Enrichers or filters do not fit the schema or each other. The exception lists every error that was found, not only the first.
/// </summary>
public sealed class EnrichmentMismatchException : SignalsException
{
    internal EnrichmentMismatchException(IReadOnlyList<string> errors)
        : base($"The enrichment does not fit:{Environment.NewLine}  {string.Join(Environment.NewLine + "  ", errors)}") =>
        Errors = errors;

    /// <summary>The errors, one sentence each. Each begins with the name of the step.</summary>
    public IReadOnlyList<string> Errors { get; }
}
