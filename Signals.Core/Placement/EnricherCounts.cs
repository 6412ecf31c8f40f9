namespace Signals.Core.Placement;

/// <summary>
/// What was counted of an enricher during some time. Where runs are sampled, the numbers are estimates. Immutable.
/// </summary>
internal readonly record struct EnricherCounts
{
    /// <summary>The runs at serving that computed something.</summary>
    public double Runs { get; init; }

    /// <summary>How many of those runs were too late.</summary>
    public double Late { get; init; }

    /// <summary>The rows in which reads wanted the outputs.</summary>
    public double Wanted { get; init; }

    /// <summary>How many of those rows were computed.</summary>
    public double Computed { get; init; }

    /// <summary>The rows whose computation was timed.</summary>
    public double TimedRows { get; init; }

    /// <summary>How many microseconds their computation took.</summary>
    public double TimedMicroseconds { get; init; }

    /// <summary>The rows whose outputs were measured.</summary>
    public double ValueRows { get; init; }

    /// <summary>How many bytes those outputs had.</summary>
    public double ValueBytes { get; init; }

    /// <summary>The new events of the types that the enricher takes.</summary>
    public double Events { get; init; }

    /// <summary>The difference between these counts and earlier ones.</summary>
    public EnricherCounts Since(in EnricherCounts before) => Plus(before.Times(-1));

    public EnricherCounts Plus(in EnricherCounts other) => new()
    {
        Runs = Runs + other.Runs,
        Late = Late + other.Late,
        Wanted = Wanted + other.Wanted,
        Computed = Computed + other.Computed,
        TimedRows = TimedRows + other.TimedRows,
        TimedMicroseconds = TimedMicroseconds + other.TimedMicroseconds,
        ValueRows = ValueRows + other.ValueRows,
        ValueBytes = ValueBytes + other.ValueBytes,
        Events = Events + other.Events,
    };

    public EnricherCounts Times(double factor) => new()
    {
        Runs = Runs * factor,
        Late = Late * factor,
        Wanted = Wanted * factor,
        Computed = Computed * factor,
        TimedRows = TimedRows * factor,
        TimedMicroseconds = TimedMicroseconds * factor,
        ValueRows = ValueRows * factor,
        ValueBytes = ValueBytes * factor,
        Events = Events * factor,
    };
}
