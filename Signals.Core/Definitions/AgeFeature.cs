namespace Signals.Core.Definitions;

/// <summary>How long before the read's as-of the event happened; negative for an event after it. One element.</summary>
public sealed record AgeFeature : Feature
{
    /// <summary>The unit; fractions are kept.</summary>
    public required TimeUnit Unit { get; init; }

    /// <summary>What is done to the number.</summary>
    public Scaling? Scaling { get; init; }
}
