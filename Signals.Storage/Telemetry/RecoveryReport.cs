namespace Signals.Maintenance;

/// <summary>What opening a store found. Immutable.</summary>
/// <param name="Path">The store's folder.</param>
/// <param name="Tables">Tables in the manifest.</param>
/// <param name="TableRows">Rows in these tables.</param>
/// <param name="EventsReplayed">Events that were replayed from the logs.</param>
/// <param name="Duration">From taking the lock until the store accepts appends.</param>
public readonly record struct RecoveryReport(string Path, int Tables, long TableRows, long EventsReplayed, TimeSpan Duration);
