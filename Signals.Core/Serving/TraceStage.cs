namespace Signals.Serving;

/// <summary>What one stage of a read did.</summary>
/// <param name="Name">The stage: fetch, filter, enrich, size, featurize.</param>
/// <param name="RowsIn">The number of rows that it looked at.</param>
/// <param name="RowsOut">The number of rows that it left.</param>
/// <param name="Bytes">The bytes that it fetched or wrote; 0 when it only chooses rows.</param>
/// <param name="Microseconds">The microseconds that it took.</param>
/// <param name="Note">Further information. May be empty.</param>
public readonly record struct TraceStage(string Name, int RowsIn, int RowsOut, long Bytes, double Microseconds, string Note);
