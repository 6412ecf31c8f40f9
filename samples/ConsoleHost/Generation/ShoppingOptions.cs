namespace Signals.Samples.ConsoleHost.Generation;

/// <summary>The shape of the generated traffic. Immutable.</summary>
internal sealed record ShoppingOptions
{
    /// <summary>Events to make, repeats included.</summary>
    public long Events { get; init; } = 1_000_000;

    /// <summary>Users there are.</summary>
    public int Users { get; init; } = 20_000;

    /// <summary>Skew of the users' and the items' popularity.</summary>
    public double ZipfExponent { get; init; } = 0.99;

    /// <summary>The same seed gives the same events.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Share of events that happened up to <see cref="MaxLatenessMs"/> before they arrive.</summary>
    public double LateShare { get; init; } = 0.05;

    /// <summary>Share of events that are an earlier one sent again.</summary>
    public double RepeatShare { get; init; } = 0.01;

    /// <summary>How late a late event is at most.</summary>
    public int MaxLatenessMs { get; init; } = 600_000;

    /// <summary>Arrival of the first event: 2025-01-01 UTC, so that a seed means the same events on every day.</summary>
    public long StartMs { get; init; } = 1_735_689_600_000;

    /// <summary>Mean distance of two arrivals: 200 ms, and a year for all of them at most.</summary>
    public double MeanGapMs => Math.Min(200.0, 365.0 * 86_400_000 / Events);
}
