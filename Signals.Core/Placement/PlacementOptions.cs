namespace Signals.Core.Placement;

/// <summary>How a store weighs the two places of an enrichment, and how slowly it changes its mind. Checked once, when the store is opened.</summary>
public sealed record PlacementOptions
{
    /// <summary>How often it decides. Default 10 s.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many decisions in a row must want another place before it changes. Default 3.</summary>
    public int Confirmations { get; init; } = 3;

    /// <summary>How long a place is kept at least; what the host pins or a definition requires does not wait. Default 5 min.</summary>
    public TimeSpan MinimumStay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many times a measured figure must be beyond its threshold to change the place, there and back. Default 1.5.</summary>
    public double Margin { get; init; } = 1.5;

    /// <summary>Which share of the runs at serving may be too late. Default 0.001.</summary>
    public double LateShare { get; init; } = 0.001;

    /// <summary>Runs at serving, of those counted lately, without which lateness says nothing. Default 1,000.</summary>
    public double MinimumRuns { get; init; } = 1000;

    /// <summary>
    /// How many stored bytes of every new event are worth one microsecond that the reads of an event take for it at serving. Default 50.
    /// </summary>
    public double BytesPerMicrosecond { get; init; } = 50;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Period, TimeSpan.FromMilliseconds(10));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Period, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(Confirmations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumStay, TimeSpan.Zero);
        Require(Margin is >= 1 and <= 1000, nameof(Margin), Margin, "from 1 to 1000");
        Require(LateShare is > 0 and <= 1, nameof(LateShare), LateShare, "more than 0 and at most 1");
        Require(MinimumRuns is >= 1 and <= 1e12, nameof(MinimumRuns), MinimumRuns, "from 1 to 1e12");
        Require(BytesPerMicrosecond is >= 0 and <= 1e12, nameof(BytesPerMicrosecond), BytesPerMicrosecond, "from 0 to 1e12");
    }

    private static void Require(bool isMet, string name, double value, string bounds)
    {
        if (!isMet)
        {
            throw new ArgumentOutOfRangeException(name, value, $"Must be {bounds}.");
        }
    }
}
