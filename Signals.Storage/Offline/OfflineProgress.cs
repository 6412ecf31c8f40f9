namespace Signals.Offline;

/// <summary>The progress of an offline job. Immutable.</summary>
/// <param name="EventsRead">Events that it has looked at.</param>
/// <param name="EventsWritten">Rows that it has written to the segment.</param>
/// <param name="UsersDone">Users whose events it has read; 0 when it does not read a store.</param>
/// <param name="Users">Users that it will read; 0 when it does not read a store.</param>
public sealed record OfflineProgress(long EventsRead, long EventsWritten, int UsersDone, int Users);
