namespace Signals.Core.Definitions;

/// <summary>The time from the next older row of the sequence to this one; 0 for the oldest row. One element.</summary>
public sealed record GapFeature : Feature
{
    /// <summary>The unit; fractions are kept.</summary>
    public required TimeUnit Unit { get; init; }

    /// <summary>What is done to the number.</summary>
    public Scaling? Scaling { get; init; }
}
