namespace Signals.Definitions;

/// <summary>
/// A linear map with bounds: <c>min(max(x * Factor + Offset, Minimum), Maximum)</c>. It is computed in double; product and sum
/// are each rounded. NaN stays NaN.
/// </summary>
public sealed record Scaling
{
    /// <summary>The number that the value is multiplied by.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>The number that is added to the product.</summary>
    public double Offset { get; init; }

    /// <summary>The least result; <c>null</c> for no bound.</summary>
    public double? Minimum { get; init; }

    /// <summary>The greatest result; <c>null</c> for no bound.</summary>
    public double? Maximum { get; init; }

    /// <summary>Applies the map to a value.</summary>
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
