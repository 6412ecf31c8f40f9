using Signals.Definitions;

namespace Signals.Core.Definitions.Tensors;

/// <summary>The time from the event to the read's as-of time. Negative when the event is after it. One element.</summary>
internal sealed record AgeFeature : Feature
{
    /// <summary>The unit of the number. Fractions are kept.</summary>
    public required TimeUnit Unit { get; init; }

    /// <summary>How the number is scaled; <c>null</c> for not at all.</summary>
    public Scaling? Scaling { get; init; }
}
