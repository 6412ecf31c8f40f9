namespace Signals.Core.Placement;

/// <summary>
/// What was counted of an enricher during some time. Where runs are sampled, the numbers are estimates. Immutable.
/// </summary>
/// <param name="Runs">The runs at serving that computed something.</param>
/// <param name="Late">How many of those runs were too late.</param>
/// <param name="Wanted">The rows in which reads wanted the outputs.</param>
/// <param name="Computed">How many of those rows were computed.</param>
/// <param name="TimedRows">The rows whose computation was timed.</param>
/// <param name="TimedMicroseconds">How many microseconds their computation took.</param>
/// <param name="ValueRows">The rows whose outputs were measured.</param>
/// <param name="ValueBytes">How many bytes those outputs had.</param>
/// <param name="Events">The new events of the types that the enricher takes.</param>
internal readonly record struct EnricherCounts(
    double Runs,
    double Late,
    double Wanted,
    double Computed,
    double TimedRows,
    double TimedMicroseconds,
    double ValueRows,
    double ValueBytes,
    double Events)
{
    /// <summary>The difference between these counts and earlier ones.</summary>
    public EnricherCounts Since(in EnricherCounts before) => Plus(before.Times(-1));

    public EnricherCounts Plus(in EnricherCounts other) => new(
        Runs + other.Runs, Late + other.Late, Wanted + other.Wanted, Computed + other.Computed, TimedRows + other.TimedRows,
        TimedMicroseconds + other.TimedMicroseconds, ValueRows + other.ValueRows, ValueBytes + other.ValueBytes, Events + other.Events);

    public EnricherCounts Times(double factor) => new(
        Runs * factor, Late * factor, Wanted * factor, Computed * factor, TimedRows * factor, TimedMicroseconds * factor,
        ValueRows * factor,
        ValueBytes * factor, Events * factor);
}
