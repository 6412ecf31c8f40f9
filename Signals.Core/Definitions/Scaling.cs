namespace Signals.Core.Definitions;

/// <summary>
/// A linear map with bounds: <c>min(max(x * Factor + Offset, Minimum), Maximum)</c>, in double, product and sum rounded each. NaN stays NaN.
/// </summary>
public sealed record Scaling
{
    /// <summary>What the value is multiplied by.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>What is added then.</summary>
    public double Offset { get; init; }

    /// <summary>The least result.</summary>
    public double? Minimum { get; init; }

    /// <summary>The greatest result.</summary>
    public double? Maximum { get; init; }

    /// <summary>Maps a value.</summary>
    public double Apply(double value)
    {
        double scaled = value * Factor;
        scaled += Offset;
        if (Minimum is { } least && scaled < least)
        {
            return least;
        }

        return Maximum is { } most && scaled > most ? most : scaled;
    }
}
