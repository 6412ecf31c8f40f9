namespace Signals.Core.Serving;

/// <summary>What one stage of a read did.</summary>
/// <param name="Name">The stage: fetch, filter, enrich, size, featurize.</param>
/// <param name="RowsIn">Rows that it looked at.</param>
/// <param name="RowsOut">Rows that it left.</param>
/// <param name="Bytes">Bytes that it brought in or wrote; 0 where it only chooses.</param>
/// <param name="Microseconds">How long it took.</param>
/// <param name="Note">What else there is to say; may be empty.</param>
public readonly record struct TraceStage(string Name, int RowsIn, int RowsOut, long Bytes, double Microseconds, string Note);
