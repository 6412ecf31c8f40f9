namespace Signals.Storage.Telemetry;

/// <summary>What opening a store found.</summary>
/// <param name="Path">The store's folder.</param>
/// <param name="Tables">Tables of the manifest.</param>
/// <param name="TableRows">Rows in them.</param>
/// <param name="EventsReplayed">Events that were read back from the log.</param>
/// <param name="Duration">From the lock to a store that takes appends.</param>
public readonly record struct RecoveryReport(string Path, int Tables, long TableRows, long EventsReplayed, TimeSpan Duration);
