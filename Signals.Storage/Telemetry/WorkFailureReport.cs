namespace Signals.Maintenance;

/// <summary>
/// Work on a store's tables that failed and is tried again. Nothing is lost, and the store has not failed. Immutable.
/// </summary>
/// <param name="Work">The work that failed: <c>flush</c>, <c>compaction</c> or <c>deletion</c>.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="InARow">How often it has failed since it last succeeded, including this time.</param>
/// <param name="Pause">How long the store waits before it tries again by itself.</param>
public readonly record struct WorkFailureReport(string Work, Exception Error, int InARow, TimeSpan Pause);
