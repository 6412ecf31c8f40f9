namespace Signals.Storage.Offline;

/// <summary>How far an offline job is.</summary>
/// <param name="EventsRead">Events that it has looked at.</param>
/// <param name="EventsWritten">Rows that it has given to the segment.</param>
/// <param name="UsersDone">Users whose events it has read; 0 when it reads no store.</param>
/// <param name="Users">Users that it will read; 0 when it reads no store.</param>
public sealed record OfflineProgress(long EventsRead, long EventsWritten, int UsersDone, int Users);
