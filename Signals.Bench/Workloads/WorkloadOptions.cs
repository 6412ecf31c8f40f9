namespace Signals.Bench.Workloads;

/// <summary>The properties of the generated events. The same options and seed give the same events, byte for byte.</summary>
internal sealed record WorkloadOptions
{
    public WorkloadKind Kind { get; init; } = WorkloadKind.Dense;

    public int Events { get; init; } = 20_000_000;

    /// <summary>The number of users. It follows from <see cref="Events"/> when the kind is <see cref="WorkloadKind.Churn"/>.</summary>
    public int Users { get; init; } = 200_000;

    public int Items { get; init; } = 1_000_000;

    public double ZipfExponent { get; init; } = 0.99;

    public double LateShare { get; init; } = 0.05;

    public int MaxLateMs { get; init; } = 600_000;

    public double DuplicateShare { get; init; } = 0.01;

    /// <summary>The number of days of event time that the whole log covers.</summary>
    public int Days { get; init; } = 30;

    public int Seed { get; init; } = 1;
}
