namespace Signals.Dashboard.Sampling;

/// <summary>A flush, a compaction or an import that runs. Immutable.</summary>
internal sealed record RunningWork(string Store, string Kind, DateTime StartedAt);
