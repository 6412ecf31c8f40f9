namespace Signals.Storage.Telemetry;

/// <summary>Work on a store's tables that failed and is done again. Nothing is lost and the store has not failed.</summary>
/// <param name="Work">What failed: <c>flush</c>, <c>compaction</c> or <c>deletion</c>.</param>
/// <param name="Error">Why.</param>
/// <param name="InARow">How often it has failed since it last succeeded, this time included.</param>
/// <param name="Pause">How long the store leaves it alone before it tries again by itself.</param>
public readonly record struct WorkFailureReport(string Work, Exception Error, int InARow, TimeSpan Pause);
