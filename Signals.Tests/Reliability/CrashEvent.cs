namespace Signals.Tests.Reliability;

/// <summary>One event of a crash workload. Immutable.</summary>
internal sealed record CrashEvent(int User, long Time, ulong Id, CrashValue[] Columns);
