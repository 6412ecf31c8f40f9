namespace Signals.Enrichment;

/// <summary>
/// How a store weighs the two placements of an enrichment, and how slowly it changes between them. Checked once, when the store
/// is opened.
/// </summary>
public sealed record PlacementOptions
{
    /// <summary>How often the store decides. Default 10 s.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many decisions in a row must want the other placement before it changes. Default 3.</summary>
    public int Confirmations { get; init; } = 3;

    /// <summary>
    /// The least time for which a placement is kept. A pin of the host, or a requirement of a definition, takes effect at once.
    /// Default 5 min.
    /// </summary>
    public TimeSpan MinimumStay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The factor by which a measured figure must exceed its threshold before the placement changes, in either direction. Default
    /// 1.5.
    /// </summary>
    public double Margin { get; init; } = 1.5;

    /// <summary>The share of the runs at serving that may be too late. Default 0.001.</summary>
    public double LateShare { get; init; } = 0.001;

    /// <summary>The number of recent runs at serving that is needed to judge lateness. Default 1,000.</summary>
    public double MinimumRuns { get; init; } = 1000;

    /// <summary>
    /// The exchange rate between space and time: how many stored bytes per new event are worth one microsecond that reads spend
    /// on that event at serving. Default 50.
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
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {bounds}.");
        }
    }
}
