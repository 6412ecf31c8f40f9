namespace Signals.Serving;

/// <summary>
/// Stages in the host's code that replace the definition's own stages; <c>null</c> keeps the definition's. Immutable.
/// </summary>
public sealed record SequenceStages
{
    /// <summary>Replaces nothing: the definition's own stages run.</summary>
    public static SequenceStages Default { get; } = new();

    /// <summary>Replaces the definition's conditions.</summary>
    public IFilterStage? Filter { get; init; }

    /// <summary>Replaces the definition's counts, dedup, mix and size.</summary>
    public ISizeStage? Size { get; init; }

    /// <summary>Replaces the definition's enrichments at serving.</summary>
    public IEnrichStage? Enrich { get; init; }
}
