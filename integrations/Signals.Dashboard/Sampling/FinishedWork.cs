namespace Signals.Dashboard.Sampling;

/// <summary>A flush, a compaction or an import that ended. Numbers that it does not report are null. Immutable.</summary>
/// <param name="Kind">What it was: flush, compaction or import.</param>
/// <param name="StartedAt">When it began, UTC.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="EventType">Whose tables, when they were of one type.</param>
/// <param name="Rows">Rows that it took.</param>
/// <param name="Tables">Tables that it made or merged.</param>
/// <param name="Bytes">Bytes that it wrote.</param>
internal sealed record FinishedWork(
    string Kind, DateTime StartedAt, TimeSpan Duration, string? EventType, long? Rows, long? Tables, long? Bytes);
