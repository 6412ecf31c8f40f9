using Signals.Definitions;

namespace Signals.Core.Definitions.Tensors;

/// <summary>The time from the next older row of the sequence to this row; 0 for the oldest row. One element.</summary>
internal sealed record GapFeature : Feature
{
    /// <summary>The unit of the number. Fractions are kept.</summary>
    public required TimeUnit Unit { get; init; }

    /// <summary>How the number is scaled; <c>null</c> for not at all.</summary>
    public Scaling? Scaling { get; init; }
}
