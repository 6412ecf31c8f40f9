namespace Signals.Core.Placement;

/// <summary>What was counted of an enricher since some time; estimates where runs are sampled. Immutable.</summary>
/// <param name="Runs">Runs at serving that computed something.</param>
/// <param name="Late">Of those, runs that were too late.</param>
/// <param name="Wanted">Rows in which reads wanted its outputs.</param>
/// <param name="Computed">Of those, rows that were computed.</param>
/// <param name="TimedRows">Rows whose computation was timed.</param>
/// <param name="TimedMicroseconds">How long that took.</param>
/// <param name="ValueRows">Rows whose outputs were measured.</param>
/// <param name="ValueBytes">How many bytes they had.</param>
/// <param name="Events">New events of the types that it takes.</param>
internal readonly record struct EnricherCounts(
    double Runs, double Late, double Wanted, double Computed, double TimedRows, double TimedMicroseconds, double ValueRows, double ValueBytes, double Events)
{
    /// <summary>These less those counted before.</summary>
    public EnricherCounts Since(in EnricherCounts before) => Plus(before.Times(-1));

    public EnricherCounts Plus(in EnricherCounts other) => new(
        Runs + other.Runs, Late + other.Late, Wanted + other.Wanted, Computed + other.Computed, TimedRows + other.TimedRows,
        TimedMicroseconds + other.TimedMicroseconds, ValueRows + other.ValueRows, ValueBytes + other.ValueBytes, Events + other.Events);

    public EnricherCounts Times(double factor) => new(
        Runs * factor, Late * factor, Wanted * factor, Computed * factor, TimedRows * factor, TimedMicroseconds * factor, ValueRows * factor,
        ValueBytes * factor, Events * factor);
}
