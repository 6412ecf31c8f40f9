using Signals.Core.Serving.Sizing;

namespace Signals.Core.Serving;

/// <summary>Stages in the host's code that take the place of a definition's own; <c>null</c> keeps the definition's. Immutable.</summary>
public sealed record SequenceStages
{
    /// <summary>Only what the definition says.</summary>
    public static SequenceStages Default { get; } = new();

    /// <summary>Instead of the definition's conditions.</summary>
    public IFilterStage? Filter { get; init; }

    /// <summary>Instead of the definition's counts, dedup, mix and size.</summary>
    public ISizeStage? Size { get; init; }

    /// <summary>Instead of the definition's enrichments at serving.</summary>
    public IEnrichStage? Enrich { get; init; }
}
